//===- OnnxRunner.h - An ONNX model in this process -----------------------===//
//
// Features are the model's inputs by name (a single one by position, whatever it is called), all outputs the answer.
// What the model does not ask for is left out: whoever exports a model drops the inputs that it does not use.
//
// A model of operators that onnx/ knows is evaluated here, which needs no library and is there at once; all others are
// for ONNX Runtime. One thread at a time, so that a process that has opened a model may fork.
//
//===----------------------------------------------------------------------===//
#ifndef MLRA_RUN_ONNXRUNNER_H
#define MLRA_RUN_ONNXRUNNER_H

#include "run/ModelRunner.h"

namespace mlrun {

/// Who evaluates: the own evaluator whatever it can, and ONNX Runtime the rest; or one of them alone.
enum class OnnxEngine { Auto, Own, Runtime };

struct OnnxOptions {
  std::string Library; ///< libonnxruntime.so; empty: $MLRUN_ONNXRUNTIME, beside this library, where the loader looks
  std::string Model;
  bool FillMissing = false; ///< inputs that are not among the features are ones (RLlib's state_ins, seq_lens)
  OnnxEngine Engine = OnnxEngine::Auto;
};

class OnnxRunner : public ModelRunner {
public:
  /// Names and shapes of the inputs once the model is open; a dimension that is not fixed is -1.
  virtual const std::vector<Tensor> &inputs() const = 0;

  /// What the model says of itself under `Key`; empty if nothing.
  virtual std::string metadata(const std::string &Key) const = 0;
};

std::unique_ptr<OnnxRunner> createOnnxRunner(OnnxOptions Options);

} // namespace mlrun

#endif
