//===- TrainingDecider.h - The RL4ReAl fork's training ------------------------===//
#ifndef MLRA_DECIDE_TRAININGDECIDER_H
#define MLRA_DECIDE_TRAININGDECIDER_H

#include "decide/Decider.h"

#include <memory>

namespace mlra {

/// If -mlra-training asks for it, else null.
std::unique_ptr<Decider> trainingDecider();

} // namespace mlra

#endif
