//===- Trial.h - Candidates that a search proposes, tried in forks --------------===//
//
//   -mlra-trial=FD
//
// The other end of the socket proposes sets of decisions for the function at hand. For each the compiler forks; the
// fork carries them out, lets greedy and, if asked, the whole back end finish, says what came of it, and dies. The last
// word, {"choose": …}, is carried out for real. Where the other side says nothing more, the function is greedy's.
//
//===----------------------------------------------------------------------===//
#ifndef MLRA_DECIDE_TRIAL_H
#define MLRA_DECIDE_TRIAL_H

#include "decide/Decider.h"
#include "decide/ForkedCompiler.h"

namespace mlra {

bool isTrialChosen();
std::unique_ptr<Decider> createTrial();

/// What a candidate may use up, of whichever decider: -mlra-trial-cpu, -mlra-trial-wall, -mlra-trial-memory.
ForkLimits trialLimits();

} // namespace mlra

#endif
