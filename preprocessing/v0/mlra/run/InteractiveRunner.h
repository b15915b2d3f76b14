//===- InteractiveRunner.h - LLVM's interactive channel -------------------===//
#ifndef MLRA_RUN_INTERACTIVERUNNER_H
#define MLRA_RUN_INTERACTIVERUNNER_H

#include "run/ModelRunner.h"

namespace mlrun {

struct InteractiveOptions {
  std::string Base; ///< BASE.in is read, BASE.out is written
  std::string AdviceName = "advice";
  ElementType AdviceType = ElementType::Int64;
  std::vector<int64_t> AdviceShape = {1};
  std::chrono::milliseconds ConnectLimit{10000};
};

/// LLVM's interactive channel, as every stock clang speaks it: the tensors' description once, then raw tensors.
std::unique_ptr<ModelRunner> createInteractiveRunner(InteractiveOptions Options);

} // namespace mlrun

#endif
