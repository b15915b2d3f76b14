//===- GrpcRunner.h - A model behind gRPC ---------------------------------===//
#ifndef MLRA_RUN_GRPCRUNNER_H
#define MLRA_RUN_GRPCRUNNER_H

#include "run/ModelRunner.h"

namespace mlrun {

struct GrpcOptions {
  enum class Side { Client, Server };

  std::string Library; ///< libmlrun-grpc.so; empty: beside this library, then where the loader looks
  std::string Address; ///< IP:PORT; of a server its own, where port 0 is one that is free
  Side Role = Side::Client;
  std::string Method; ///< "package.Service/method": what is called, or what is answered
  std::string Schema; ///< the text of a .proto file that has the method; empty: one that the library holds
  std::chrono::milliseconds ConnectLimit{10000};
  size_t MessageLimit = DefaultMessageLimit;
  void (*Listening)(const std::string &Address) = nullptr; ///< told where a server listens
};

/// gRPC, from a library of its own, since a compiler without it need not load what that is linked with. Features are
/// fields by name: a list of numbers a repeated field, a matrix a repeated message of one repeated field a row.
std::unique_ptr<ModelRunner> createGrpcRunner(GrpcOptions Options);

/// The methods of RL4ReAl's services, whose schemas the library holds.
constexpr const char *InferenceMethod = "registerallocationinference.RegisterAllocationInference/getAdvice";
constexpr const char *TrainingMethod = "registerallocation.RegisterAllocation/codeGen";

} // namespace mlrun

#endif
