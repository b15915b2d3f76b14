//===- PolicyDecider.h - One ONNX model that scores registers for every node ---===//
#ifndef MLRA_DECIDE_POLICYDECIDER_H
#define MLRA_DECIDE_POLICYDECIDER_H

#include "decide/Decider.h"

#include <memory>

namespace mlra {

/// -mlra-policy.
bool isPolicyChosen();
std::unique_ptr<Decider> createPolicyDecider();

} // namespace mlra

#endif
