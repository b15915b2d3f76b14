//===- HelloPass.cpp - The smallest pass that asks a model ----------------===//
//
// It counts the instructions of each function, tells a model, and prints the number that comes back: with any runner,
// by changing a flag. It changes nothing.
//
//   opt -load-pass-plugin=libhello.so -passes=hello -hello-runner=pipe -hello-address=/tmp/model a.ll -disable-output
//
//===----------------------------------------------------------------------===//
#include "run/GrpcRunner.h"
#include "run/InteractiveRunner.h"
#include "run/OnnxRunner.h"
#include "run/PipeRunner.h"

#include "llvm/IR/Function.h"
#include "llvm/IR/PassManager.h"
#include "llvm/Passes/PassBuilder.h"
#if __has_include("llvm/Plugins/PassPlugin.h")
#include "llvm/Plugins/PassPlugin.h"
#else
#include "llvm/Passes/PassPlugin.h"
#endif
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace {

cl::opt<std::string> Runner("hello-runner", cl::desc("pipe, grpc, grpc-server, onnx or interactive"), cl::init("pipe"));
cl::opt<std::string> Format("hello-format", cl::desc("json or bytes, over a pipe"), cl::init("json"));
cl::opt<std::string> Address("hello-address", cl::desc("base of the pipes, IP:PORT, or the model's file"));
cl::opt<std::string> Library("hello-library", cl::desc("libonnxruntime.so or libmlrun-grpc.so"));
cl::opt<unsigned> Limit("hello-limit", cl::desc("milliseconds for each answer"), cl::init(10000));
cl::opt<unsigned> MessageLimit("hello-message-limit", cl::desc("bytes of a message"), cl::init(1 << 20));
cl::opt<bool> Real("hello-real", cl::desc("the answer is a real number"));

cl::opt<mlrun::OnnxEngine> Engine("hello-engine", cl::desc("what evaluates an ONNX model"),
                                  cl::init(mlrun::OnnxEngine::Auto),
                                  cl::values(clEnumValN(mlrun::OnnxEngine::Auto, "auto", "what can"),
                                             clEnumValN(mlrun::OnnxEngine::Own, "own", "the runners themselves"),
                                             clEnumValN(mlrun::OnnxEngine::Runtime, "runtime", "ONNX Runtime")));

constexpr char Schema[] = R"(
syntax = "proto3";
package hello;
service Model { rpc getAdvice(Function) returns (Number) {} }
service Compiler { rpc step(Number) returns (Function) {} }
message Block { int32 size = 1; }
message Row { repeated int32 opcodes = 1; }
message Function {
  string name = 1;
  int32 instructions = 2;
  repeated int32 sizes = 3;
  repeated Block blocks = 4;
  repeated Row rows = 5;
  double share = 6;
}
message Number { double number = 1; }
)";

std::unique_ptr<mlrun::ModelRunner> makeGrpc() {
  mlrun::GrpcOptions Options;
  Options.Library = Library;
  Options.Address = Address;
  Options.Schema = Schema;
  Options.MessageLimit = MessageLimit;
  Options.ConnectLimit = std::chrono::milliseconds(Limit);
  Options.Listening = [](const std::string &Where) { errs() << "hello: listening on " << Where << '\n'; };
  const bool Serves = Runner == "grpc-server";
  Options.Role = Serves ? mlrun::GrpcOptions::Side::Server : mlrun::GrpcOptions::Side::Client;
  Options.Method = Serves ? "hello.Compiler/step" : "hello.Model/getAdvice";
  return mlrun::createGrpcRunner(Options);
}

std::unique_ptr<mlrun::ModelRunner> makeRunner() {
  const std::chrono::milliseconds Connect(Limit);
  if (Runner == "onnx")
    return mlrun::createOnnxRunner({Library, Address, false, Engine});
  if (Runner == "interactive")
    return mlrun::createInteractiveRunner({Address, "number", mlrun::ElementType::Int64, {1}, Connect});
  if (StringRef(Runner).starts_with("grpc"))
    return makeGrpc();
  const auto Messages = Format == "bytes" ? mlrun::PipeOptions::Format::Bytes : mlrun::PipeOptions::Format::Json;
  return mlrun::createPipeRunner({Address, Messages, Connect, MessageLimit});
}

class HelloPass : public PassInfoMixin<HelloPass> {
public:
  PreservedAnalyses run(Function &F, FunctionAnalysisManager &) {
    static mlrun::ModelRunner *Model = makeRunner().release(); // never taken down: the compiler ends without unloading
    const auto Until = mlrun::in(std::chrono::milliseconds(Limit));
    mlrun::Advice Answer(Real ? mlrun::ElementType::Float : mlrun::ElementType::Int32);
    std::vector<double> Numbers;
    Model->context(F.getName().str(), Until);
    std::string Wrong = Model->ask(describe(F), Answer, Until);
    if (Wrong.empty())
      Wrong = Real ? Answer.reals(Numbers) : integers(Answer, Numbers);
    if (Wrong.empty() && Numbers.size() != 1)
      Wrong = "one number was expected, not " + std::to_string(Numbers.size());
    errs() << "hello: " << F.getName() << ": " << F.getInstructionCount() << " instructions, ";
    if (Wrong.empty())
      errs() << "advice " << std::to_string(Numbers.front()) << '\n';
    else
      errs() << "no advice: " << Wrong << '\n';
    return PreservedAnalyses::all();
  }

private:
  static std::string integers(const mlrun::Advice &Answer, std::vector<double> &To) {
    std::vector<int32_t> Whole;
    std::string Wrong = Answer.integers(Whole);
    To.assign(Whole.begin(), Whole.end());
    return Wrong;
  }

  /// One feature for a channel whose shapes are fixed, and for a model; else one of each form.
  static mlrun::Features describe(const Function &F) {
    mlrun::Features Told;
    Told.add("instructions", int32_t(F.getInstructionCount()));
    if (Runner == "onnx" || Runner == "interactive")
      return Told;
    std::vector<int32_t> Sizes;
    for (const BasicBlock &Block : F)
      Sizes.push_back(int32_t(Block.size()));
    Told.add("name", F.getName().str());
    Told.add("sizes", Sizes);
    Told.add("share", 1.0 / F.getInstructionCount());
    Told.add("rows", Sizes, {1, int64_t(Sizes.size())});
    for (size_t I = 0; I < Sizes.size(); ++I) {
      Told.beginGroup("blocks", int64_t(I));
      Told.add("size", Sizes[I]);
    }
    Told.endGroup();
    return Told;
  }
};

} // namespace

extern "C" PassPluginLibraryInfo llvmGetPassPluginInfo() {
  return {LLVM_PLUGIN_API_VERSION, "hello", "1", [](PassBuilder &Builder) {
            Builder.registerPipelineParsingCallback(
                [](StringRef Name, FunctionPassManager &Passes, ArrayRef<PassBuilder::PipelineElement>) {
                  if (Name != "hello")
                    return false;
                  Passes.addPass(HelloPass());
                  return true;
                });
          }};
}
