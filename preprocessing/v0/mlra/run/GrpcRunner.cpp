//===- GrpcRunner.cpp - A model behind gRPC -------------------------------===//

#include "run/GrpcRunner.h"

namespace mlrun {

std::unique_ptr<ModelRunner> createGrpcRunner(GrpcOptions) { return nullptr; }

} // namespace mlrun
