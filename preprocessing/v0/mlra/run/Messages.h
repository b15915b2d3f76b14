//===- Messages.h - Features and advice as MLCompilerBridge writes them ---===//
//
// json: one object of the features, and {"out": advice}. bytes: a line of JSON that describes the tensors, the tensors'
// raw values one after the other, a newline; the advice is raw values without any description.
//
//===----------------------------------------------------------------------===//
#ifndef MLRA_RUN_MESSAGES_H
#define MLRA_RUN_MESSAGES_H

#include "run/Advice.h"
#include "run/Features.h"

namespace mlrun {

void writeJson(std::string &To, const Features &From);

std::string readJson(const std::string &From, Advice &To);

/// {"name":…,"type":…,"port":…,"shape":[…]}, as LLVM's TensorSpec has it.
void writeSpec(std::string &To, const Tensor &Described, int Port);

void writeBytes(std::string &To, const Features &From);

/// "" or that the size is no multiple of the expected type's.
std::string readBytes(const std::string &From, Advice &To);

} // namespace mlrun

#endif
