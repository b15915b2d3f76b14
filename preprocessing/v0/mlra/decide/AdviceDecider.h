//===- AdviceDecider.h - One ONNX model that names decisions for greedy ---===//
//
// It looks at a function once, before allocation. Its inputs are columns of the problem (AdviceQuestion.h), its outputs
// a score for each decision that it knows (AdviceMenu.h): by how much the code becomes better. The best few are carried
// out (AdviceRule.h), or the best of several proposals, tried in copies of the compiler (ProposalTries.h).
//
//===----------------------------------------------------------------------===//
#ifndef MLRA_DECIDE_ADVICEDECIDER_H
#define MLRA_DECIDE_ADVICEDECIDER_H

#include "decide/PolicyDecider.h"

namespace mlra {

std::unique_ptr<Decider> createAdviceDecider(PolicyModel Model);

} // namespace mlra

#endif
