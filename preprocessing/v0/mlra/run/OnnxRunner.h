//===- OnnxRunner.h - ONNX Runtime in this process ------------------------===//
#ifndef MLRA_RUN_ONNXRUNNER_H
#define MLRA_RUN_ONNXRUNNER_H

#include "run/ModelRunner.h"

namespace mlrun {

struct OnnxOptions {
  std::string Library; ///< libonnxruntime.so; empty: beside this library, then where the loader looks
  std::string Model;
  bool FillMissing = false; ///< inputs that are not among the features are ones (RLlib's state_ins, seq_lens)
};

/// ONNX Runtime in this process: features are the inputs by name (a single one by position), all outputs the answer.
std::unique_ptr<ModelRunner> createOnnxRunner(OnnxOptions Options);

} // namespace mlrun

#endif
