//===- Client.cpp - The compiler calls, the model serves ------------------===//
#include "GrpcSides.h"

#include "Schema.h"

#include <grpcpp/impl/codegen/client_unary_call.h>
#include <grpcpp/impl/codegen/proto_utils.h>

namespace mlrun {

namespace {

class Client : public ModelRunner {
public:
  explicit Client(GrpcOptions Given) : Options(std::move(Given)) {}

  std::string open(Deadline Until) override {
    if (Channel)
      return "";
    if (!Types) {
      Types = std::make_unique<Schema>();
      if (std::string Wrong = Types->read(Options.Schema, Options.Method); !Wrong.empty()) {
        Types.reset();
        return Wrong;
      }
    }
    const Deadline Connected = std::min(Until, in(Options.ConnectLimit));
    Channel = grpc::CreateCustomChannel(Options.Address, grpc::InsecureChannelCredentials(), arguments());
    if (Channel->WaitForConnected(systemTime(Connected)))
      return "";
    close();
    return Options.Address + ": no gRPC server answers within the limit";
  }

  std::string ask(const Features &Question, Advice &Answer, Deadline Until) override {
    Answer.Fields.clear();
    if (std::string Wrong = open(Until); !Wrong.empty())
      return Wrong;
    const std::unique_ptr<google::protobuf::Message> Request = Types->makeRequest();
    if (std::string Wrong = write(Question, *Request); !Wrong.empty())
      return Wrong;
    if (Request->ByteSizeLong() > Options.MessageLimit)
      return "the question has " + std::to_string(Request->ByteSizeLong()) + " bytes; at most " +
             std::to_string(Options.MessageLimit) + " are taken";
    grpc::ClientContext Context;
    Context.set_deadline(systemTime(Until));
    const grpc::internal::RpcMethod Method(Types->path().c_str(), grpc::internal::RpcMethod::NORMAL_RPC, Channel);
    using Base = google::protobuf::MessageLite;
    grpc::ByteBuffer Bytes; // parsed here: gRPC calls what it cannot parse a method that is not implemented
    const grpc::Status Done = grpc::internal::BlockingUnaryCall<Base, grpc::ByteBuffer, Base, grpc::ByteBuffer>(
        Channel.get(), Method, &Context, *Request, &Bytes);
    if (!Done.ok()) {
      close();
      return said(Done);
    }
    const std::unique_ptr<google::protobuf::Message> Response = Types->makeResponse();
    return parse(Bytes, *Response) ? read(*Response, Answer)
                                   : Options.Address + ": the answer is no " + Response->GetDescriptor()->full_name();
  }

  std::string tell(const Features &Words, Deadline Until) override {
    Advice Ignored;
    return ask(Words, Ignored, Until);
  }

  void close() override { Channel.reset(); }

private:
  grpc::ChannelArguments arguments() const {
    grpc::ChannelArguments Given;
    Given.SetMaxReceiveMessageSize(static_cast<int>(Options.MessageLimit));
    Given.SetMaxSendMessageSize(static_cast<int>(Options.MessageLimit));
    Given.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
    Given.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100); // a server that is being started: a second by default
    Given.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 1000);
    Given.SetInt(GRPC_ARG_ENABLE_RETRIES, 0); // their filter aborts where a server ends a call without gRPC's status
    Given.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1); // closed means closed
    return Given;
  }

  std::string said(const grpc::Status &Status) const {
    static constexpr const char *Names[] = {"ok",
                                            "cancelled",
                                            "unknown error",
                                            "invalid argument",
                                            "no answer within the limit",
                                            "not found",
                                            "already exists",
                                            "permission denied",
                                            "resource exhausted",
                                            "failed precondition",
                                            "aborted",
                                            "out of range",
                                            "the server has no such method",
                                            "internal error",
                                            "unavailable",
                                            "data loss",
                                            "not authenticated"};
    const size_t Code = static_cast<size_t>(Status.error_code());
    std::string Text = Options.Address + ": " + (Code < std::size(Names) ? Names[Code] : "unknown error");
    return Status.error_message().empty() ? Text : Text + " (" + Status.error_message() + ")";
  }

  GrpcOptions Options;
  std::unique_ptr<Schema> Types;
  std::shared_ptr<grpc::Channel> Channel;
};

} // namespace

std::unique_ptr<ModelRunner> createClient(GrpcOptions Options) { return std::make_unique<Client>(std::move(Options)); }

} // namespace mlrun
