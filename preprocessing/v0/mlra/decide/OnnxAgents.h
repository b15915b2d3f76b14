//===- OnnxAgents.h - The RL4ReAl fork's four models in this process ----------===//
#ifndef MLRA_DECIDE_ONNXAGENTS_H
#define MLRA_DECIDE_ONNXAGENTS_H

#include "decide/Decider.h"

#include <memory>

namespace mlra {

/// For -rl-inference-engine. The models lie in regalloc/onnx-checkpoint/ of -ml-config-path.
std::unique_ptr<Decider> onnxAgents();

} // namespace mlra

#endif
