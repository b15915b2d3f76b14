//===- PolicyDecider.h - One ONNX model that scores registers for every node ---===//
#ifndef MLRA_DECIDE_POLICYDECIDER_H
#define MLRA_DECIDE_POLICYDECIDER_H

#include "decide/Decider.h"

#include <memory>

namespace mlra {

/// If -mlra-policy names a model, else null.
std::unique_ptr<Decider> policyDecider();

} // namespace mlra

#endif
