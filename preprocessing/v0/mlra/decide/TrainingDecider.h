//===- TrainingDecider.h - The RL4ReAl fork's training ------------------------===//
#ifndef MLRA_DECIDE_TRAININGDECIDER_H
#define MLRA_DECIDE_TRAININGDECIDER_H

#include "decide/Decider.h"

#include <memory>

namespace mlra {

/// -mlra-training.
bool isTrainingChosen();
std::unique_ptr<Decider> createTrainingDecider();

} // namespace mlra

#endif
