//===- Schema.h - A service's messages, from a .proto file's text ---------===//
//
// Nothing is generated: a pass brings the text, and fields are found by the features' names.
//
//===----------------------------------------------------------------------===//
#ifndef MLRUN_GRPC_SCHEMA_H
#define MLRUN_GRPC_SCHEMA_H

#include "run/Advice.h"
#include "run/Features.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/dynamic_message.h>

namespace mlrun {

class Schema {
public:
  using Message = google::protobuf::Message;

  /// Reads `Text`, or without it the shipped file whose service `Method` names; "" or what is wrong.
  std::string read(const std::string &Text, const std::string &Method);

  /// An empty message of what the method takes, and of what it returns.
  std::unique_ptr<Message> makeRequest() { return make(Called->input_type()); }
  std::unique_ptr<Message> makeResponse() { return make(Called->output_type()); }

  /// The method's path: "/package.Service/method".
  const std::string &path() const { return Path; }

private:
  std::unique_ptr<Message> make(const google::protobuf::Descriptor *Type);

  google::protobuf::DescriptorPool Pool;
  google::protobuf::DynamicMessageFactory Factory;
  const google::protobuf::MethodDescriptor *Called = nullptr;
  std::string Path;
};

/// Sets the fields of `To`; "" or which feature does not fit.
std::string write(const Features &From, google::protobuf::Message &To);

/// The fields of `From`, those of a repeated message column by column as "field.column".
std::string read(const google::protobuf::Message &From, Advice &To);

/// The text of the shipped .proto file with this service; null if there is none.
const char *shippedSchema(const std::string &Service);

} // namespace mlrun

#endif
