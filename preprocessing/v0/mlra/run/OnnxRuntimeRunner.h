//===- OnnxRuntimeRunner.h - ONNX Runtime in this process -----------------===//
//
// Whatever stands in a model. One thread, so that a process that has opened a model may fork.
//
//===----------------------------------------------------------------------===//
#ifndef MLRA_RUN_ONNXRUNTIMERUNNER_H
#define MLRA_RUN_ONNXRUNTIMERUNNER_H

#include "run/OnnxRunner.h"

namespace mlrun {

std::unique_ptr<OnnxRunner> createOnnxRuntimeRunner(OnnxOptions Options);

} // namespace mlrun

#endif
