//===- OnnxOwnRunner.cpp - A model that is evaluated here -----------------===//
#include "run/OnnxOwnRunner.h"

#include "onnx/Evaluator.h"
#include "run/OnnxInputs.h"
#include "run/OnnxShape.h"

namespace mlrun {

namespace {

class OwnRunner : public OnnxRunner {
public:
  explicit OwnRunner(OnnxOptions Told) : Options(std::move(Told)) {}

  const std::vector<Tensor> &inputs() const override { return Inputs; }

  std::string metadata(const std::string &Key) const override;

  std::string open(Deadline Until) override;

  std::string ask(const Features &Question, Advice &Answer, Deadline Until) override;

  void close() override;

private:
  std::string evaluate(Advice &Answer, Deadline Until);

  OnnxOptions Options;
  std::unique_ptr<mlonnx::Evaluator> Opened;
  std::vector<Tensor> Inputs;
  OnnxInputs Given;
  std::vector<mlonnx::Evaluator::Given> Values;
};

std::string OwnRunner::metadata(const std::string &Key) const {
  if (!Opened)
    return "";
  const auto Found = Opened->metadata().find(Key);
  return Found == Opened->metadata().end() ? "" : Found->second;
}

std::string OwnRunner::open(Deadline Until) {
  if (Opened)
    return "";
  Opened = std::make_unique<mlonnx::Evaluator>();
  if (std::string Wrong = Opened->open(Options.Model, Until); !Wrong.empty()) {
    close();
    return Options.Model + ": " + Wrong;
  }
  for (const mlonnx::PlannedPort &Each : Opened->inputs()) {
    Tensor &Described = Inputs.emplace_back();
    Described.Name = Each.Name;
    Described.Shape = Each.Dims;
    typeOfOnnx(static_cast<int>(Each.Type), Described.Type);
  }
  return "";
}

std::string OwnRunner::ask(const Features &Question, Advice &Answer, Deadline Until) {
  Answer.Fields.clear();
  std::string Wrong = open(Until);
  if (Wrong.empty())
    Wrong = Given.fit(Question, Inputs, Options.FillMissing);
  return Wrong.empty() ? evaluate(Answer, Until) : Wrong;
}

std::string OwnRunner::evaluate(Advice &Answer, Deadline Until) {
  Values.clear();
  for (const OnnxInputs::Fitted &Each : Given.all())
    Values.push_back({Each.Elements, Each.As.Shape});
  std::string Wrong = Opened->run(Values, Until);
  for (size_t I = 0; I < Opened->outputs().size() && Wrong.empty(); ++I) {
    const mlonnx::Value &Result = Opened->result(I);
    Tensor &Field = Answer.Fields.emplace_back();
    Field.Name = Opened->outputs()[I].Name;
    Field.Shape.assign(Result.Dims.begin(), Result.Dims.end());
    typeOfOnnx(static_cast<int>(Result.Type), Field.Type);
    Field.Raw.assign(Result.Raw, Result.bytes());
  }
  Opened->release();
  return Wrong;
}

void OwnRunner::close() {
  Inputs.clear();
  Opened.reset();
}

} // namespace

std::unique_ptr<OnnxRunner> createOnnxOwnRunner(OnnxOptions Options) {
  return std::make_unique<OwnRunner>(std::move(Options));
}

} // namespace mlrun
