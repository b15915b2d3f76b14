//===- ModelFlags.cpp - The flags by which a model is reached ------------------===//
#include "decide/ModelFlags.h"

#include "run/GrpcRunner.h"
#include "run/PipeRunner.h"

#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace mlra {

static cl::OptionCategory Category("mlra: models that decide");

// The fork's own flags.
static cl::opt<std::string>
    ServerAddress("mlra-server-address", cl::init("0.0.0.0:50051"), cl::value_desc("IP:PORT"), cl::cat(Category),
                  cl::desc("Inference: where the model's server is; training: where to listen"));
static cl::opt<bool> UsePipe("mlra-use-pipe", cl::cat(Category), cl::desc("Talk to the model over pipes, not gRPC"));
static cl::opt<std::string> PipeName("mlra-pipe-name", cl::init("rl4realpipe"), cl::value_desc("name"),
                                     cl::cat(Category), cl::desc("The pipes are /tmp/NAME.in and /tmp/NAME.out"));
static cl::opt<std::string> DataFormat("mlra-data-format", cl::init("protobuf"), cl::value_desc("json|bytes|protobuf"),
                                       cl::cat(Category), cl::desc("Form of the messages; protobuf is gRPC's"));
static cl::opt<std::string> ConfigPath("ml-config-path", cl::value_desc("folder"), cl::cat(Category),
                                       cl::desc("Colours (RegColorMap_*.json), ir2vec/ and regalloc/onnx-checkpoint/"));
static cl::opt<std::string> DebugFunction("mlra-debug-func", cl::value_desc("name"), cl::cat(Category),
                                          cl::desc("Decide on this function only"));
static cl::opt<bool> EnableChecks("enable-mlra-checks", cl::cat(Category),
                                  cl::desc("Accepted; the profile is collected anew after each split anyway"));
static cl::opt<std::string> StatsPath("stats-path-mlra", cl::init("/home/"), cl::value_desc("folder"),
                                      cl::cat(Category), cl::desc("Accepted; -mlra-report has the figures"));

/// The seeds' training names it; a release build of LLVM has no such option, and would refuse the whole command line.
static cl::opt<std::string> *const DebugOnly =
    cl::getRegisteredOptions().count("debug-only")
        ? nullptr
        : new cl::opt<std::string>("debug-only", cl::Hidden, cl::cat(Category),
                                   cl::desc("Accepted; this LLVM has no debug output"));

// Ours.
static cl::opt<std::string> VocabularyPath("mlra-vocabulary", cl::value_desc("file"), cl::cat(Category),
                                           cl::desc("MIR2Vec vocabulary, LLVM's JSON or the fork's text"));
static cl::opt<unsigned> TimeLimit("mlra-time-limit", cl::init(10000), cl::value_desc("ms"), cl::cat(Category),
                                   cl::desc("How long each answer may take; the function then is greedy's"));
static cl::opt<bool> ForceSpill("mlra-force-spill", cl::cat(Category),
                                cl::desc("Colour 0 spills; without, it leaves the register to greedy, as in the fork"));
static cl::opt<bool> KeepConnection("mlra-keep-connection", cl::cat(Category),
                                    cl::desc("One connection a module; without, one a function, as in the fork"));
static cl::opt<unsigned> MostMessages("mlra-max-messages", cl::init(1000), cl::cat(Category),
                                      cl::desc("How many messages a function's dialogue may have"));
static cl::opt<unsigned> FewestNodes("mlra-min-nodes", cl::init(0), cl::cat(Category),
                                     cl::desc("Leave functions with fewer registers to greedy"));
static cl::opt<unsigned> MostNodes("mlra-max-nodes", cl::init(0), cl::cat(Category),
                                   cl::desc("Leave functions with more registers to greedy; 0: no limit"));
static cl::opt<unsigned>
    MostUses("mlra-max-uses", cl::init(0), cl::cat(Category),
             cl::desc("Leave functions with more use points in a register to greedy; 0: no limit"));
static cl::opt<std::string> OnnxLibrary("mlra-onnxruntime", cl::value_desc("file"), cl::cat(Category),
                                        cl::desc("libonnxruntime.so, such as that of the Python package"));
static cl::opt<mlrun::OnnxEngine> OnnxEngine(
    "mlra-onnx-engine", cl::init(mlrun::OnnxEngine::Auto), cl::cat(Category), cl::desc("What evaluates ONNX models"),
    cl::values(clEnumValN(mlrun::OnnxEngine::Auto, "auto", "The plugin what it can, ONNX Runtime the rest (default)"),
               clEnumValN(mlrun::OnnxEngine::Own, "own", "The plugin alone, without any library"),
               clEnumValN(mlrun::OnnxEngine::Runtime, "runtime", "ONNX Runtime alone")));
static cl::opt<std::string> GrpcLibrary("mlra-grpc-library", cl::value_desc("file"), cl::cat(Category),
                                        cl::desc("libmlrun-grpc.so; without, the one beside the plugin"));

ModelFlags modelFlags() {
  return {ConfigPath,  VocabularyPath, ForceSpill, KeepConnection, MostMessages,
          FewestNodes, MostNodes,      MostUses,   DebugFunction,  std::chrono::milliseconds(TimeLimit)};
}

bool isPipe() { return UsePipe; }

static std::unique_ptr<mlrun::ModelRunner> pipeRunner(std::string &Problem) {
  mlrun::PipeOptions Options;
  if (DataFormat == "bytes")
    Options.Messages = mlrun::PipeOptions::Format::Bytes;
  else if (DataFormat != "json") {
    Problem = "-mlra-use-pipe needs -mlra-data-format=json or bytes, not " + DataFormat;
    return nullptr;
  }
  StringRef Name = PipeName;
  Options.Base = Name.starts_with("/") ? Name.str() : ("/tmp/" + Name).str();
  Options.ConnectLimit = std::chrono::milliseconds(TimeLimit);
  return mlrun::createPipeRunner(std::move(Options));
}

static mlrun::GrpcOptions grpcOptions() {
  mlrun::GrpcOptions Options;
  Options.Library = GrpcLibrary;
  Options.Address = ServerAddress;
  Options.ConnectLimit = std::chrono::milliseconds(TimeLimit);
  return Options;
}

std::unique_ptr<mlrun::ModelRunner> inferenceRunner(std::string &Problem) {
  if (UsePipe)
    return pipeRunner(Problem);
  mlrun::GrpcOptions Options = grpcOptions();
  Options.Method = mlrun::InferenceMethod;
  return mlrun::createGrpcRunner(std::move(Options));
}

/// The trainer waits for this line. Not through outs(): this is a fork, which must not write what lies in its buffer.
static void sayWhere(const std::string &Address) {
  raw_fd_ostream(1, /*shouldClose=*/false, /*unbuffered=*/true) << "Server Listening on " + Address + "\n";
}

std::unique_ptr<mlrun::ModelRunner> trainingRunner(std::string &Problem) {
  if (UsePipe)
    return pipeRunner(Problem);
  mlrun::GrpcOptions Options = grpcOptions();
  Options.Method = mlrun::TrainingMethod;
  Options.Role = mlrun::GrpcOptions::Side::Server;
  Options.Listening = sayWhere;
  return mlrun::createGrpcRunner(std::move(Options));
}

std::unique_ptr<mlrun::OnnxRunner> onnxRunner(StringRef ModelPath) {
  mlrun::OnnxOptions Options;
  Options.Library = OnnxLibrary;
  Options.Model = ModelPath.str();
  Options.FillMissing = true;
  Options.Engine = OnnxEngine;
  return mlrun::createOnnxRunner(std::move(Options));
}

} // namespace mlra
