//===- OnnxRuntimeRunner.cpp - ONNX Runtime in this process ---------------===//
#include "run/OnnxRuntimeRunner.h"

#include "run/OnnxApi.h"
#include "run/OnnxInputs.h"
#include "run/OnnxShape.h"
#include "run/RunLimit.h"

#include <cstdlib>

namespace mlrun {

namespace {

constexpr int LogNothing = 4, ArenaAllocator = 1, DefaultMemory = 0, IsTensor = 1;

class Session : public OnnxRunner {
public:
  explicit Session(OnnxOptions Told)
      : Options(std::move(Told)), Limit([this] { Api.call(OnnxApi::RunOptionsSetTerminate, RunOptions); }) {}
  ~Session() override { close(); }

  const std::vector<Tensor> &inputs() const override { return Inputs; }

  std::string metadata(const std::string &Key) const override;

  std::string open(Deadline Until) override;

  std::string ask(const Features &Question, Advice &Answer, Deadline Until) override;

  void close() override;

private:
  using Handle = OnnxApi::Handle;

  std::string openSession();
  std::string describe(OnnxApi::Place CountOf, OnnxApi::Place NameOf, OnnxApi::Place TypeOf, std::vector<Tensor> &To);
  std::string describeOne(OnnxApi::Place NameOf, OnnxApi::Place TypeOf, size_t Index, std::vector<Tensor> &To);
  std::string readShape(Handle Info, Tensor &To) const;

  std::string prepare(const Features &Question);
  std::string run();
  std::string read(Handle Output, const std::string &Name, Advice &Answer) const;
  void releaseValues();

  OnnxOptions Options;
  OnnxApi Api;
  Handle Env = nullptr, SessionOptions = nullptr, Opened = nullptr, Memory = nullptr, RunOptions = nullptr,
         Allocator = nullptr;
  std::vector<Tensor> Inputs, Outputs;
  std::vector<const char *> InputNames, OutputNames;
  OnnxInputs Given;
  std::vector<Handle> InputValues, OutputValues;
  RunLimit Limit;
};

std::string Session::open(Deadline Until) {
  if (Opened)
    return "";
  std::string Wrong = Api.isLoaded() ? "" : Api.load(Options.Library);
  if (Wrong.empty())
    Wrong = openSession();
  if (Wrong.empty() && Clock::now() > Until)
    Wrong = "ONNX Runtime took longer than the limit to load " + Options.Model;
  if (!Wrong.empty())
    close();
  return Wrong;
}

std::string Session::openSession() {
  // Since 1.32 the library else keeps a database in the user's cache, with threads and an uploader, from CreateEnv on.
  setenv("ORT_DISABLE_TELEMETRY", "1", /*overwrite=*/1);
  std::string Wrong = Api.call(OnnxApi::CreateEnv, LogNothing, "mlrun", &Env);
  if (Wrong.empty())
    Wrong = Api.call(OnnxApi::CreateSessionOptions, &SessionOptions);
  if (Wrong.empty())
    Wrong = Api.call(OnnxApi::SetIntraOpNumThreads, SessionOptions, 1);
  if (Wrong.empty())
    Wrong = Api.call(OnnxApi::SetInterOpNumThreads, SessionOptions, 1);
  if (Wrong.empty())
    Wrong = Api.call(OnnxApi::CreateSession, Env, Options.Model.c_str(), SessionOptions, &Opened);
  if (Wrong.empty())
    Wrong = Api.call(OnnxApi::CreateCpuMemoryInfo, ArenaAllocator, DefaultMemory, &Memory);
  if (Wrong.empty())
    Wrong = Api.call(OnnxApi::CreateRunOptions, &RunOptions);
  if (Wrong.empty())
    Wrong = Api.call(OnnxApi::GetAllocatorWithDefaultOptions, &Allocator);
  if (Wrong.empty())
    Wrong =
        describe(OnnxApi::SessionGetInputCount, OnnxApi::SessionGetInputName, OnnxApi::SessionGetInputTypeInfo, Inputs);
  if (Wrong.empty())
    Wrong = describe(OnnxApi::SessionGetOutputCount, OnnxApi::SessionGetOutputName, OnnxApi::SessionGetOutputTypeInfo,
                     Outputs);
  if (Wrong.empty() && Outputs.empty())
    Wrong = "the model has no output that is a tensor of numbers";
  for (const Tensor &Output : Outputs)
    OutputNames.push_back(Output.Name.c_str());
  return Wrong;
}

std::string Session::describe(OnnxApi::Place CountOf, OnnxApi::Place NameOf, OnnxApi::Place TypeOf,
                              std::vector<Tensor> &To) {
  size_t Count = 0;
  std::string Wrong = Api.call(CountOf, Opened, &Count);
  for (size_t I = 0; I < Count && Wrong.empty(); ++I)
    Wrong = describeOne(NameOf, TypeOf, I, To);
  return Wrong;
}

/// An output of another kind than numbers is left out, an input of another kind cannot be given.
std::string Session::describeOne(OnnxApi::Place NameOf, OnnxApi::Place TypeOf, size_t Index, std::vector<Tensor> &To) {
  Handle Type = nullptr, Info = nullptr;
  char *Name = nullptr;
  int Kind = 0;
  Tensor Described;
  std::string Wrong = Api.call(NameOf, Opened, Index, Allocator, &Name);
  if (Wrong.empty()) {
    Described.Name = Name;
    Api.call(OnnxApi::AllocatorFree, Allocator, static_cast<void *>(Name));
    Wrong = Api.call(TypeOf, Opened, Index, &Type);
  }
  if (Wrong.empty())
    Wrong = Api.call(OnnxApi::GetOnnxTypeFromTypeInfo, Type, &Kind);
  if (Wrong.empty() && Kind == IsTensor)
    Wrong = Api.call(OnnxApi::CastTypeInfoToTensorInfo, Type, &Info); // belongs to `Type`
  const std::string Unfit = Wrong.empty() && Info ? readShape(Info, Described) : "is no tensor";
  Api.release(OnnxApi::ReleaseTypeInfo, Type);
  if (Wrong.empty() && Unfit.empty())
    To.push_back(std::move(Described));
  else if (Wrong.empty() && &To == &Inputs)
    Wrong = "the model's input " + Described.Name + " " + Unfit;
  return Wrong;
}

std::string Session::readShape(Handle Info, Tensor &To) const {
  int Number = 0;
  size_t Rank = 0;
  std::string Wrong = Api.call(OnnxApi::GetTensorElementType, Info, &Number);
  if (Wrong.empty())
    Wrong = Api.call(OnnxApi::GetDimensionsCount, Info, &Rank);
  To.Shape.assign(Rank, 0);
  if (Wrong.empty())
    Wrong = Api.call(OnnxApi::GetDimensions, Info, To.Shape.data(), Rank);
  if (Wrong.empty() && !typeOfOnnx(Number, To.Type))
    Wrong = "has elements of ONNX's type " + std::to_string(Number) + ", which are not supported";
  return Wrong;
}

std::string Session::metadata(const std::string &Key) const {
  Handle Metadata = nullptr;
  char *Value = nullptr;
  if (!Opened || !Api.call(OnnxApi::SessionGetModelMetadata, Opened, &Metadata).empty())
    return "";
  Api.call(OnnxApi::ModelMetadataLookupCustomMetadataMap, Metadata, Allocator, Key.c_str(), &Value);
  const std::string Text = Value ? Value : "";
  if (Value)
    Api.call(OnnxApi::AllocatorFree, Allocator, static_cast<void *>(Value));
  Api.release(OnnxApi::ReleaseModelMetadata, Metadata);
  return Text;
}

std::string Session::ask(const Features &Question, Advice &Answer, Deadline Until) {
  Answer.Fields.clear();
  std::string Wrong = open(Until);
  if (!Wrong.empty())
    return Wrong;
  Wrong = prepare(Question);
  if (Wrong.empty()) {
    Limit.begin(Until);
    Wrong = run();
    const bool WasStopped = Limit.end();
    if (WasStopped)
      Api.call(OnnxApi::RunOptionsUnsetTerminate, RunOptions);
    if (WasStopped || Clock::now() > Until)
      Wrong = "the model took longer than the limit";
  }
  for (size_t I = 0; I < OutputValues.size() && Wrong.empty(); ++I)
    Wrong = read(OutputValues[I], Outputs[I].Name, Answer);
  releaseValues();
  return Wrong;
}

/// Makes a value of each input.
std::string Session::prepare(const Features &Question) {
  std::string Wrong = Given.fit(Question, Inputs, Options.FillMissing);
  InputNames.clear();
  for (const OnnxInputs::Fitted &Each : Given.all()) {
    if (!Wrong.empty())
      break;
    InputNames.push_back(Each.As.Name.c_str());
    Wrong = Api.call(OnnxApi::CreateTensorWithDataAsOrtValue, Memory, const_cast<void *>(Each.Elements),
                     Each.As.count() * sizeOf(Each.As.Type), Each.As.Shape.data(), Each.As.Shape.size(),
                     onnxNumberOf(Each.As.Type), &InputValues.emplace_back(nullptr));
  }
  return Wrong;
}

std::string Session::run() {
  OutputValues.assign(Outputs.size(), nullptr);
  return Api.call(OnnxApi::RunSession, Opened, RunOptions, InputNames.data(), InputValues.data(), InputValues.size(),
                  OutputNames.data(), OutputNames.size(), OutputValues.data());
}

std::string Session::read(Handle Output, const std::string &Name, Advice &Answer) const {
  Tensor &Field = Answer.Fields.emplace_back();
  Field.Name = Name;
  Handle Info = nullptr;
  void *Data = nullptr;
  std::string Wrong = Api.call(OnnxApi::GetTensorTypeAndShape, Output, &Info);
  if (Wrong.empty())
    Wrong = readShape(Info, Field);
  Api.release(OnnxApi::ReleaseTensorTypeAndShapeInfo, Info);
  if (Wrong.empty())
    Wrong = Api.call(OnnxApi::GetTensorMutableData, Output, &Data);
  if (Wrong.empty() && Data)
    Field.Raw.assign(static_cast<const char *>(Data), Field.count() * sizeOf(Field.Type));
  return Wrong;
}

void Session::releaseValues() {
  for (std::vector<Handle> *Values : {&InputValues, &OutputValues}) {
    for (Handle Value : *Values)
      Api.release(OnnxApi::ReleaseValue, Value);
    Values->clear();
  }
}

void Session::close() {
  Api.release(OnnxApi::ReleaseRunOptions, RunOptions);
  Api.release(OnnxApi::ReleaseMemoryInfo, Memory);
  Api.release(OnnxApi::ReleaseSession, Opened);
  Api.release(OnnxApi::ReleaseSessionOptions, SessionOptions);
  Api.release(OnnxApi::ReleaseEnv, Env);
  Env = SessionOptions = Opened = Memory = RunOptions = nullptr;
  Inputs.clear();
  Outputs.clear();
  OutputNames.clear();
}

} // namespace

std::unique_ptr<OnnxRunner> createOnnxRuntimeRunner(OnnxOptions Options) {
  return std::make_unique<Session>(std::move(Options));
}

} // namespace mlrun
