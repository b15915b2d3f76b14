//===- InferenceDecider.h - The RL4ReAl fork's inference over pipe and gRPC ----===//
#ifndef MLRA_DECIDE_INFERENCEDECIDER_H
#define MLRA_DECIDE_INFERENCEDECIDER_H

#include "decide/Decider.h"

#include <memory>

namespace mlra {

/// -mlra-inference. With -rl-inference-engine the models run in this process.
bool isInferenceChosen();
std::unique_ptr<Decider> createInferenceDecider();

} // namespace mlra

#endif
