//===- TrialText.h - What a search and the compiler say to each other ----------===//
//
// One JSON object a line. The compiler announces each function:
//
//   {"trial": 1, "function": "name", "id": 3, "nodes": 57}
//
// The search says, as often as it likes, one of
//
//   {"describe": true}                           what there is to decide
//   {"try": [["spill", 7]], "until": "code"}     what comes of these decisions; "allocation", the default, is faster
//
// and at last {"choose": [...]}: these are carried out for real, and the next function is announced. To try:
//
//   {"status": "done", "made": 1, "illegal": {}, …, "costs": {…},
//   "score": 12.5, "saved": {"rbx": [3, 7], …}, "final": {…}}
//   {"status": "failed", "reason": "SIGSEGV"}    the compiler is unharmed
//   {"status": "refused", "reason": "…"}         nothing was tried: the message
//   is no such one
//
//===----------------------------------------------------------------------===//
#ifndef MLRA_DECIDE_TRIALTEXT_H
#define MLRA_DECIDE_TRIALTEXT_H

#include "decide/Decider.h"
#include "decide/FinalCode.h"
#include "decide/SavedRegisters.h"

namespace mlra {

/// What greedy made of a candidate.
struct TriedAllocation {
  Tally Count;
  Answer Result;
  std::vector<SavedRegister> Saved;
};

struct TrialRequest {
  enum class Kind { Describe, Try, Choose };
  Kind What = Kind::Choose;
  std::vector<Decision> Decisions;
  bool ToTheEnd = false; ///< of the back end
};

/// Returns what was expected and is not there, or "".
std::string parseRequest(llvm::StringRef Line, TrialRequest &Result);

std::string announcement(const Episode &E);

/// Blocks, loops and nodes with all that can be decided of them.
std::string description(const Episode &E, const Carrier &Hands);

/// `Final` is null where nobody asked for it, or the code does not get there.
std::string doneText(const TriedAllocation &Tried, const FinalCode *Final);

/// What two candidates are compared by.
struct TrialFigures {
  double Final = 0;        ///< executed instructions, loads and stores by the frozen frequencies
  double Instructions = 0; ///< those alone
  double Score = 0;        ///< LLVM's, and what saving registers costs in its weights: 1 a store, 4 a load
};

/// Reads what `doneText` wrote. "" or why there are no such figures: the reason of a candidate that failed.
std::string parseFigures(llvm::StringRef Done, TrialFigures &Result);

/// `Status` is "failed" or "refused".
std::string problemText(llvm::StringRef Status, llvm::StringRef Reason);

} // namespace mlra

#endif
