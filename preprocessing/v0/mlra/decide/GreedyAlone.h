//===- GreedyAlone.h - What greedy makes of a function without decisions --===//
//
// A copy of the compiler lets greedy run while this one decides, says what the result costs, and dies. So the report
// has both answers to the same problem. Nothing of this is seen in the object file; where the copy fails, the reason
// stands in the report.
//
//===----------------------------------------------------------------------===//
#ifndef MLRA_DECIDE_GREEDYALONE_H
#define MLRA_DECIDE_GREEDYALONE_H

#include "decide/ForkedCompiler.h"
#include "record/Answer.h"

namespace llvm {
class LLVMContext;
} // namespace llvm

namespace mlra {

class GreedyAlone {
public:
  /// Forks, in front of the first decision.
  explicit GreedyAlone(llvm::LLVMContext &Context);

  /// In the copy, nothing may be decided, and `tell` follows greedy's run.
  bool isCopy() const { return Copy.isCopy(); }
  [[noreturn]] void tell(const Answer &Result) const;

  /// To be called once by the compiler: waits for the copy, which says an object of `costs` and `score`.
  LastWords hear() { return Copy.hearOut(); }

private:
  ForkedCompiler Copy;
};

} // namespace mlra

#endif
