//===- OnnxRunner.cpp - An ONNX model in this process ---------------------===//
#include "run/OnnxRunner.h"

#include "run/OnnxOwnRunner.h"
#include "run/OnnxRuntimeRunner.h"

namespace mlrun {

namespace {

/// The own evaluator if it takes the model, else ONNX Runtime; which of both is found out when the model is opened.
class EitherRunner : public OnnxRunner {
public:
  explicit EitherRunner(const OnnxOptions &Options)
      : Own(createOnnxOwnRunner(Options)), Runtime(createOnnxRuntimeRunner(Options)) {}

  const std::vector<Tensor> &inputs() const override { return Chosen ? Chosen->inputs() : Own->inputs(); }

  std::string metadata(const std::string &Key) const override { return Chosen ? Chosen->metadata(Key) : ""; }

  std::string open(Deadline Until) override {
    if (Chosen)
      return Chosen->open(Until);
    const std::string Refusal = Own->open(Until);
    if (Refusal.empty()) {
      Chosen = Own.get();
      return "";
    }
    std::string Wrong = Runtime->open(Until);
    if (Wrong.empty())
      Chosen = Runtime.get();
    return Wrong.rfind("ONNX Runtime does not load", 0) == 0 ? Wrong + "; it is needed, since " + Refusal : Wrong;
  }

  std::string ask(const Features &Question, Advice &Answer, Deadline Until) override {
    Answer.Fields.clear();
    std::string Wrong = open(Until);
    return Wrong.empty() ? Chosen->ask(Question, Answer, Until) : Wrong;
  }

  void close() override {
    Own->close();
    Runtime->close();
    Chosen = nullptr;
  }

private:
  std::unique_ptr<OnnxRunner> Own, Runtime;
  OnnxRunner *Chosen = nullptr;
};

} // namespace

std::unique_ptr<OnnxRunner> createOnnxRunner(OnnxOptions Options) {
  switch (Options.Engine) {
  case OnnxEngine::Own:
    return createOnnxOwnRunner(std::move(Options));
  case OnnxEngine::Runtime:
    return createOnnxRuntimeRunner(std::move(Options));
  default:
    return std::make_unique<EitherRunner>(Options);
  }
}

} // namespace mlrun
