//===- DecisionText.h - Decisions as text ---------------------------------===//
//
// A decisions file holds one JSON object a line:
//
//   {"function": "name", "decisions": [["assign", 12, "rbx"], ["spill", 7], ["split", 5, 2], ["split", "5.2", 3,
//   "spill-tail"],
//    ["loop", 5, 3, "spill-inside"], ["hint", 9, "r12"], ["first", 4], ["last", 4], ["keep", 4], ["weight", 4, 2.5],
//    ["set", "regalloc-csr-first-time-cost", 1000]]}
//
// Other members are for people and tools, and are not looked at. Several lines of one function add up.
//
//===----------------------------------------------------------------------===//
#ifndef MLRA_DECIDE_DECISIONTEXT_H
#define MLRA_DECIDE_DECISIONTEXT_H

#include "decide/Decision.h"

namespace mlra {

/// One line of a decisions file.
struct FunctionDecisions {
  std::string Function;
  std::vector<Decision> Decisions;
};

/// Reads a line. Returns what was expected and is not there, or "".
std::string parseDecisions(llvm::StringRef Line, FunctionDecisions &Result);

/// Reads the array that is the member "decisions".
std::string parseDecisionList(llvm::StringRef Json, std::vector<Decision> &Result);

/// The array as text, without a line's end.
std::string decisionListText(llvm::ArrayRef<Decision> Decisions);

/// 5 or "5.1" as a person writes it.
std::string nodeText(NodeName Node);

} // namespace mlra

#endif
