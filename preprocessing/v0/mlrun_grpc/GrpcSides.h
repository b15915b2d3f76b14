//===- GrpcSides.h - The two roles that a compiler has in gRPC ------------===//
#ifndef MLRUN_GRPC_GRPCSIDES_H
#define MLRUN_GRPC_GRPCSIDES_H

#include "run/GrpcRunner.h"

#include <google/protobuf/message.h>
#include <grpcpp/grpcpp.h>

namespace mlrun {

/// The deadline in the clock that gRPC goes by.
inline std::chrono::system_clock::time_point systemTime(Deadline Until) {
  return std::chrono::system_clock::now() + std::chrono::duration_cast<std::chrono::milliseconds>(Until - Clock::now());
}

/// False if the bytes are no such message.
inline bool parse(const grpc::ByteBuffer &Bytes, google::protobuf::Message &To) {
  grpc::Slice Slice;
  return Bytes.DumpToSingleSlice(&Slice).ok() && To.ParseFromArray(Slice.begin(), static_cast<int>(Slice.size()));
}

std::unique_ptr<ModelRunner> createClient(GrpcOptions Options);
std::unique_ptr<ModelRunner> createServer(GrpcOptions Options);

} // namespace mlrun

#endif
