//===- FinalFile.h - The final code of every function (-mlra-final) -------------===//
//
// One JSON object a function: what the allocator's answer costs, and what will be executed of the code that came of it.
// Whoever allocates: greedy, with decisions or without, or another allocator of LLVM's. The object file stays the same.
//
//===----------------------------------------------------------------------===//
#ifndef MLRA_DECIDE_FINALFILE_H
#define MLRA_DECIDE_FINALFILE_H

#include "decide/FrozenFrequencies.h"
#include "record/Costs.h"
#include "record/Outcome.h"
#include "record/Score.h"
#include "write/JsonWriter.h"

#include "llvm/Pass.h"

#include <memory>
#include <string>

namespace mlra {

class FinalFile {
public:
  /// One a module; null where no flag asks for it. `Allocator` is the pass that will call it, in its doInitialization.
  static std::unique_ptr<FinalFile> wanted(llvm::Pass &Allocator);
  static bool isWanted();

  /// In front of the allocator and of all decisions.
  void enter(const Analyses &A, const std::string &ContentHash);

  /// Behind the allocator, in front of the rewriter.
  void allocated(const Analyses &A);

  /// Writes the file, behind the last function; returns what went wrong, or "".
  std::string finish();

private:
  void printed(llvm::MachineFunction &MF);

  FrozenFrequencies Frozen;
  Problem Before; ///< of the function at hand: what its costs need of it
  std::string Hash;
  Costs Counts;
  double Total = 0;
  Outcome Fates;
  unsigned Entered = 0;
  unsigned Printed = 0;
  JsonWriter J;
};

} // namespace mlra

#endif
