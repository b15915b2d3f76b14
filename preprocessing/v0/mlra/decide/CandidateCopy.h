//===- CandidateCopy.h - A copy of the compiler that tries a candidate ----===//
//
// It lets greedy and, if asked, the whole back end finish, says what came of it (TrialText.h), and dies. A decider that
// tries has one, and passes on to it what the compiler tells a decider.
//
//===----------------------------------------------------------------------===//
#ifndef MLRA_DECIDE_CANDIDATECOPY_H
#define MLRA_DECIDE_CANDIDATECOPY_H

#include "decide/Decider.h"
#include "decide/FinalCode.h"
#include "decide/ForkedCompiler.h"
#include "decide/TrialText.h"

#include <optional>

namespace mlra {

enum class TryUntil { Allocation, Code };

class CandidateCopy {
public:
  /// Forks. The compiler waits, and gets what the copy said: `doneText`, or `problemText` where it failed. The copy
  /// gets nothing, and is to carry its candidate out and to go on as the compiler would.
  std::optional<std::string> fork(const Episode &E, Carrier &Hands, TryUntil Until);

  /// Whether this is the copy.
  bool isOn() const { return bool(Copy); }

  /// Behind greedy. In a copy that goes no farther it does not return.
  void allocated(const Episode &E, const Answer &Result);

  /// Where the compiler comes to the next function, or to its end: that of the copy was never printed.
  void endWithoutFinal();

private:
  void endWithFinal(llvm::MachineFunction &MF);

  std::unique_ptr<ForkedCompiler> Copy;
  bool GoesOn = false; ///< to the printer
  FrozenFrequencies Frozen;
  std::unique_ptr<TriedAllocation> Allocated;
};

} // namespace mlra

#endif
