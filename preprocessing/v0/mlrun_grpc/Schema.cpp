//===- Schema.cpp - A service's messages, from a .proto file's text -------===//
#include "Schema.h"

#include <google/protobuf/compiler/parser.h>
#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

namespace mlrun {

using namespace google::protobuf;

namespace {

class FirstError : public io::ErrorCollector, public DescriptorPool::ErrorCollector {
public:
  void AddError(int Line, int Column, const std::string &Said) override {
    if (Text.empty())
      Text = "line " + std::to_string(Line + 1) + ", column " + std::to_string(Column + 1) + ": " + Said;
  }
  void AddError(const std::string &, const std::string &Element, const Message *, ErrorLocation,
                const std::string &Said) override {
    if (Text.empty())
      Text = Element + ": " + Said;
  }

  std::string Text;
};

} // namespace

std::string Schema::read(const std::string &Given, const std::string &Method) {
  const size_t Slash = Method.find('/');
  const std::string Service = Method.substr(0, Slash),
                    Name = Slash == std::string::npos ? "" : Method.substr(Slash + 1);
  const char *Shipped = Given.empty() ? shippedSchema(Service) : nullptr;
  if (Given.empty() && !Shipped)
    return "there is no schema of the service " + Service;
  const std::string Text = Shipped ? Shipped : Given;
  io::ArrayInputStream Input(Text.data(), static_cast<int>(Text.size()));
  FirstError Errors;
  io::Tokenizer Tokens(&Input, &Errors);
  compiler::Parser Parser;
  Parser.RecordErrorsTo(&Errors);
  FileDescriptorProto File;
  if (!Parser.Parse(&Tokens, &File) || !Errors.Text.empty())
    return "the schema of " + Service + " is wrong, " + Errors.Text;
  File.set_name("schema.proto");
  if (!Pool.BuildFileCollectingErrors(File, &Errors))
    return "the schema of " + Service + " is wrong, " + Errors.Text;
  const ServiceDescriptor *Found = Pool.FindServiceByName(Service);
  Called = Found ? Found->FindMethodByName(Name) : nullptr;
  Path = "/" + Method;
  return Called ? "" : "the schema has no method " + Method;
}

std::unique_ptr<Message> Schema::make(const Descriptor *Type) {
  return std::unique_ptr<Message>(Factory.GetPrototype(Type)->New());
}

} // namespace mlrun
