//===- InteractiveRunner.cpp - LLVM's interactive channel -----------------===//
//
// As LLVM's InteractiveModelRunner writes it: a line that describes the features and the advice, once; a line for each
// context; a line with the observation's number before the raw tensors, a newline behind them. The answer is the raw
// advice, without a length.
//
//===----------------------------------------------------------------------===//
#include "run/InteractiveRunner.h"

#include "run/FifoPair.h"
#include "run/Json.h"
#include "run/Messages.h"

#include <algorithm>

namespace mlrun {

namespace {

class InteractiveRunner : public ModelRunner {
public:
  explicit InteractiveRunner(InteractiveOptions Given) : Options(std::move(Given)), Pipes(Options.Base) {}

  std::string open(Deadline Until) override {
    return Pipes.isOpen() ? "" : Pipes.open(std::min(Until, in(Options.ConnectLimit)));
  }

  std::string context(const std::string &Name, Deadline) override {
    Context = Name;
    IsNewContext = true;
    return "";
  }

  std::string ask(const Features &Question, Advice &Answer, Deadline Until) override {
    Answer.Fields.clear();
    std::string Wrong = send(Question, Until);
    Tensor Advised = described();
    if (Wrong.empty()) {
      Advised.Raw.resize(Advised.count() * sizeOf(Advised.Type));
      Wrong = Pipes.read(&Advised.Raw[0], Advised.Raw.size(), Until);
    }
    if (!Wrong.empty())
      close();
    else
      Answer.Fields.push_back(std::move(Advised));
    return Wrong;
  }

  void close() override {
    Pipes.close();
    Specs.clear();
    IsNewContext = true;
  }

private:
  Tensor described() const {
    Tensor Advised;
    Advised.Name = Options.AdviceName;
    Advised.Type = Options.AdviceType;
    Advised.Shape = Options.AdviceShape;
    return Advised;
  }

  std::string send(const Features &Question, Deadline Until) {
    if (std::string Wrong = open(Until); !Wrong.empty())
      return Wrong;
    if (std::string Wrong = Pipes.expectSilence(); !Wrong.empty())
      return Wrong;
    std::string Described, Message;
    for (const Tensor &Feature : Question.tensors())
      writeSpec(Described += Described.empty() ? "" : ",", Feature, 0);
    if (Specs.empty())
      writeHeader(Message, Specs = Described);
    else if (Specs != Described)
      return "the features are not those that the channel was opened with";
    if (IsNewContext)
      writeContext(Message);
    Message += "{\"observation\":" + std::to_string(Observation++) + "}\n";
    for (const Tensor &Feature : Question.tensors())
      Message += Feature.Raw;
    return Pipes.write(Message += '\n', Until);
  }

  void writeHeader(std::string &To, const std::string &Features) const {
    To += "{\"features\":[" + Features + "],\"advice\":";
    writeSpec(To, described(), 0);
    To += "}\n";
  }

  void writeContext(std::string &To) {
    To += "{\"context\":";
    writeString(To, Context);
    To += "}\n";
    IsNewContext = false;
    Observation = 0;
  }

  InteractiveOptions Options;
  FifoPair Pipes;
  std::string Specs, Context;
  bool IsNewContext = true;
  size_t Observation = 0;
};

} // namespace

std::unique_ptr<ModelRunner> createInteractiveRunner(InteractiveOptions Options) {
  return std::make_unique<InteractiveRunner>(std::move(Options));
}

} // namespace mlrun
