//===- Server.cpp - The compiler serves, whoever trains calls -------------===//
//
// One caller at a time: what is asked next is the reply to the call that was taken last.
//
//===----------------------------------------------------------------------===//
#include "GrpcSides.h"

#include "Schema.h"

#include <grpcpp/generic/async_generic_service.h>

namespace mlrun {

namespace {

/// A call that was taken and waits for its reply.
struct Call {
  grpc::GenericServerContext Context;
  grpc::GenericServerAsyncReaderWriter Stream{&Context};
};

class Server : public ModelRunner {
public:
  explicit Server(GrpcOptions Given) : Options(std::move(Given)) {}
  ~Server() override { close(); }

  std::string open(Deadline) override;

  std::string ask(const Features &Question, Advice &Answer, Deadline Until) override {
    Answer.Fields.clear();
    std::string Wrong = open(Until);
    if (Wrong.empty() && Pending)
      Wrong = reply(Question, Until);
    if (Wrong.empty())
      Wrong = take(Answer, Until);
    if (!Wrong.empty())
      close();
    return Wrong;
  }

  std::string tell(const Features &Words, Deadline Until) override {
    std::string Wrong = Pending ? reply(Words, Until) : "";
    if (!Wrong.empty())
      close();
    return Wrong;
  }

  void close() override;

private:
  /// Waits for what was begun; "" or what went wrong.
  std::string wait(Deadline Until, const char *What);
  std::string reply(const Features &Words, Deadline Until);
  std::string take(Advice &Answer, Deadline Until);
  std::string refuse(Deadline Until);

  GrpcOptions Options;
  std::unique_ptr<Schema> Types;
  std::unique_ptr<grpc::AsyncGenericService> Service;
  std::unique_ptr<grpc::ServerCompletionQueue> Queue;
  std::unique_ptr<grpc::Server> Running;
  std::unique_ptr<Call> Pending, Next;
};

std::string Server::open(Deadline) {
  if (Running)
    return "";
  Types = std::make_unique<Schema>();
  if (std::string Wrong = Types->read(Options.Schema, Options.Method); !Wrong.empty())
    return Wrong;
  int Port = 0;
  grpc::ServerBuilder Builder;
  Service = std::make_unique<grpc::AsyncGenericService>();
  Builder.AddListeningPort(Options.Address, grpc::InsecureServerCredentials(), &Port);
  Builder.RegisterAsyncGenericService(Service.get());
  Builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0); // two compilers at one port would share the calls
  Builder.SetMaxReceiveMessageSize(static_cast<int>(Options.MessageLimit));
  Builder.SetMaxSendMessageSize(static_cast<int>(Options.MessageLimit));
  Queue = Builder.AddCompletionQueue();
  Running = Builder.BuildAndStart();
  if (!Running || Port == 0) {
    close();
    return Options.Address + ": cannot listen there, another program may";
  }
  if (Options.Listening)
    Options.Listening(Options.Address.substr(0, Options.Address.rfind(':') + 1) + std::to_string(Port));
  return "";
}

std::string Server::wait(Deadline Until, const char *What) {
  void *Tag = nullptr;
  bool Ok = false;
  if (Queue->AsyncNext(&Tag, &Ok, systemTime(Until)) != grpc::CompletionQueue::GOT_EVENT)
    return Options.Address + ": " + What + " within the limit";
  return Ok ? "" : Options.Address + ": the caller is gone";
}

std::string Server::reply(const Features &Words, Deadline Until) {
  const std::unique_ptr<google::protobuf::Message> Response = Types->makeResponse();
  if (std::string Wrong = write(Words, *Response); !Wrong.empty())
    return Wrong;
  std::string Text;
  Response->SerializeToString(&Text);
  const grpc::Slice Slice(Text);
  grpc::ByteBuffer Buffer(&Slice, 1);
  Pending->Stream.WriteAndFinish(Buffer, grpc::WriteOptions(), grpc::Status::OK, Pending.get());
  std::string Wrong = wait(Until, "the caller did not take the reply");
  if (Wrong.empty())
    Pending.reset();
  return Wrong;
}

std::string Server::take(Advice &Answer, Deadline Until) {
  for (;;) {
    Next = std::make_unique<Call>();
    Service->RequestCall(&Next->Context, &Next->Stream, Queue.get(), Queue.get(), Next.get());
    if (std::string Wrong = wait(Until, "nobody called"); !Wrong.empty())
      return Wrong;
    Pending = std::move(Next);
    if (Pending->Context.method() == Types->path())
      break;
    if (std::string Wrong = refuse(Until); !Wrong.empty())
      return Wrong;
  }
  grpc::ByteBuffer Buffer;
  Pending->Stream.Read(&Buffer, Pending.get());
  if (std::string Wrong = wait(Until, "the caller did not speak"); !Wrong.empty())
    return Wrong;
  const std::unique_ptr<google::protobuf::Message> Request = Types->makeRequest();
  return parse(Buffer, *Request) ? read(*Request, Answer) : "the call is no " + Request->GetDescriptor()->full_name();
}

/// A method that is not served.
std::string Server::refuse(Deadline Until) {
  Pending->Stream.Finish(grpc::Status(grpc::StatusCode::UNIMPLEMENTED, "only " + Options.Method + " is served"),
                         Pending.get());
  std::string Wrong = wait(Until, "the caller did not take the refusal");
  Pending.reset();
  return Wrong;
}

void Server::close() {
  if (Running)
    Running->Shutdown(std::chrono::system_clock::now());
  if (Queue) {
    Queue->Shutdown();
    void *Tag = nullptr;
    bool Ok = false;
    while (Queue->Next(&Tag, &Ok)) // what was begun ends now
      ;
  }
  Pending.reset();
  Next.reset();
  Running.reset();
  Queue.reset();
  Service.reset();
}

} // namespace

std::unique_ptr<ModelRunner> createServer(GrpcOptions Options) { return std::make_unique<Server>(std::move(Options)); }

} // namespace mlrun
