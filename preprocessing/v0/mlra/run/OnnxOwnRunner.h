//===- OnnxOwnRunner.h - A model that is evaluated here -------------------===//
//
// Models whose operators onnx/ knows, without any library. No thread: a process that has opened a model may fork.
//
//===----------------------------------------------------------------------===//
#ifndef MLRA_RUN_ONNXOWNRUNNER_H
#define MLRA_RUN_ONNXOWNRUNNER_H

#include "run/OnnxRunner.h"

namespace mlrun {

std::unique_ptr<OnnxRunner> createOnnxOwnRunner(OnnxOptions Options);

} // namespace mlrun

#endif
