//===- ScoreDecider.h - One ONNX model that scores registers --------------===//
#ifndef MLRA_DECIDE_SCOREDECIDER_H
#define MLRA_DECIDE_SCOREDECIDER_H

#include "decide/PolicyDecider.h"

namespace mlra {

std::unique_ptr<Decider> createScoreDecider(PolicyModel Model);

} // namespace mlra

#endif
