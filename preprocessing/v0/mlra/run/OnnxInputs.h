//===- OnnxInputs.h - Features as the inputs of a model -------------------===//
#ifndef MLRA_RUN_ONNXINPUTS_H
#define MLRA_RUN_ONNXINPUTS_H

#include "run/Features.h"

namespace mlrun {

class OnnxInputs {
public:
  struct Fitted {
    Tensor As;                      ///< name, type and shape are the model's; elements only where they were converted
    const void *Elements = nullptr; ///< which may be the feature's own
  };

  /// Finds a feature for each input of the model, and brings it to type and shape; "" or what does not fit.
  ///
  /// What is found points into `Question`. `FillMissing`: an input that is no feature is ones.
  std::string fit(const Features &Question, const std::vector<Tensor> &Inputs, bool FillMissing);

  const std::vector<Fitted> &all() const { return Found; }

private:
  std::vector<Fitted> Found;
};

} // namespace mlrun

#endif
