//===- ModelPolicy.h - Policies that ask a model --------------------------===//
#ifndef MLRA_ADVISE_MODELPOLICY_H
#define MLRA_ADVISE_MODELPOLICY_H

#include "advise/Policy.h"

#include <chrono>

namespace mlra {

/// An ONNX model in this process. Its inputs are features by name; its first output is the decision, or for columns
/// one number a column, of which the largest legal one is taken.
std::unique_ptr<Policy> createOnnxPolicy(TracedTask Task, llvm::StringRef Path, std::chrono::milliseconds Limit);

/// A program behind MLCompilerBridge's pipes, raw bytes: each feature by name, behind `context`, the function.
std::unique_ptr<Policy> createPipePolicy(TracedTask Task, llvm::StringRef Base, std::chrono::milliseconds Limit);

} // namespace mlra

#endif
