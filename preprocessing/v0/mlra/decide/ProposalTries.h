//===- ProposalTries.h - The best of several proposals, tried in copies ---===//
//
// The compiler forks for greedy alone and for each proposal, to the end of the back end. The best has the least final
// code: executed instructions, loads and stores by the frequencies before allocation (FinalCode.h). One that raises
// LLVM's score plus what the callee-saved registers cost, or executes more instructions, does not count: code that is
// better in one measure alone is better by chance. Where none is better, greedy alone is the best: never worse than
// without.
//
//===----------------------------------------------------------------------===//
#ifndef MLRA_DECIDE_PROPOSALTRIES_H
#define MLRA_DECIDE_PROPOSALTRIES_H

#include "decide/AdviceRule.h"
#include "decide/CandidateCopy.h"

namespace mlra {

class ProposalTries {
public:
  struct Verdict {
    unsigned Best = 0;   ///< number of the proposal, from 1; 0: greedy alone
    double Gain = 0;     ///< -log(its final code / greedy's)
    std::string Problem; ///< why nothing can be compared; then it is greedy alone
  };

  /// In a copy the verdict is what that copy is to carry out.
  Verdict choose(const Episode &E, Carrier &Hands, llvm::ArrayRef<Proposal> Proposals);

  /// What the compiler tells a decider.
  bool isCopy() const { return Copy.isOn(); }
  void allocated(const Episode &E, const Answer &Result) { Copy.allocated(E, Result); }
  void endWithoutFinal() { Copy.endWithoutFinal(); }

private:
  CandidateCopy Copy;
};

} // namespace mlra

#endif
