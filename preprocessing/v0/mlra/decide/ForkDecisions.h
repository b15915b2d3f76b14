//===- ForkDecisions.h - What the RL4ReAl fork's models say, as decisions ------===//
#ifndef MLRA_DECIDE_FORKDECISIONS_H
#define MLRA_DECIDE_FORKDECISIONS_H

#include "decide/Carrier.h"
#include "decide/ColourMap.h"
#include "decide/ForkMessage.h"

#include <string>
#include <vector>

namespace mlra {

/// The split that an action asks for. One of a register that there is not is a decision that nobody can carry out.
Decision splitDecision(const Carrier &Hands, const ForkAction &Action);

/// Does the split now. "" or why not; `List` gets it in any case, so that a list is counted as it was said.
std::string carryOutSplit(Carrier &Hands, const ForkAction &Action, std::vector<Decision> &List);

/// Colours as assignments. Colour 0 leaves the register to greedy, or spills it where `IsSpillForced`.
void appendColours(const Carrier &Hands, const ColourMap &Colours, const ForkAction &Action, bool IsSpillForced,
                   std::vector<Decision> &List);

} // namespace mlra

#endif
