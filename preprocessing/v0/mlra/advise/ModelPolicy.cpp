//===- ModelPolicy.cpp - Policies that ask a model ------------------------===//
#include "advise/ModelPolicy.h"

#include "advise/OrderColumns.h"
#include "decide/ModelFlags.h"
#include "run/PipeRunner.h"

#include <cmath>
#include <cstring>
#include <limits>

using namespace llvm;

namespace mlra {

namespace {

template <typename T>
void addValues(mlrun::Features &To, const FeatureTensor &Feature, const char *Raw) {
  std::vector<T> Values(Feature.Count);
  std::memcpy(Values.data(), Raw, Feature.bytes());
  To.add(Feature.Name, Values, Feature.Shape);
}

void addFeature(mlrun::Features &To, const FeatureTensor &Feature, const char *Raw) {
  if (Feature.Type == mlrun::ElementType::Int64)
    addValues<int64_t>(To, Feature, Raw);
  else
    addValues<float>(To, Feature, Raw);
}

class ModelPolicy final : public Policy {
public:
  ModelPolicy(TracedTask Task, std::unique_ptr<mlrun::ModelRunner> Runner, bool IsTold, std::chrono::milliseconds Limit)
      : Task(Task), Runner(std::move(Runner)), IsTold(IsTold), Limit(Limit) {}

  std::string enter(StringRef Function) override {
    Context = Function.str();
    return "";
  }

  std::string decide(const Observation &Seen, int64_t, int64_t &Decision) override {
    Question.clear();
    if (IsTold)
      Question.add("context", Context);
    for (const FeatureTensor &Feature : Seen.Layout.Tensors)
      addFeature(Question, Feature, Seen.values(Feature));
    const bool IsNumber = Task == TracedTask::Priority;
    mlrun::Advice Answer(IsNumber ? mlrun::ElementType::Float : mlrun::ElementType::Int32);
    std::string Wrong = Runner->ask(Question, Answer, mlrun::in(Limit));
    if (!Wrong.empty())
      return Wrong;
    return IsNumber ? priority(Answer, Decision) : column(Answer, Seen, Decision);
  }

private:
  static std::string priority(const mlrun::Advice &Answer, int64_t &Decision) {
    std::vector<double> Values;
    if (std::string Wrong = Answer.reals(Values); !Wrong.empty())
      return Wrong;
    if (Values.size() != 1)
      return "the policy gives " + std::to_string(Values.size()) + " priorities, not one";
    if (!(Values.front() >= 0 && Values.front() < 4294967296.0))
      return "the policy's priority is " + std::to_string(Values.front()) + ", not in 0 .. 2^32 - 1";
    Decision = static_cast<int64_t>(Values.front()); // as LLVM does it: towards zero
    return "";
  }

  static std::string column(const mlrun::Advice &Answer, const Observation &Seen, int64_t &Decision) {
    std::vector<double> Values;
    if (std::string Wrong = Answer.reals(Values); !Wrong.empty())
      return Wrong;
    if (Values.size() == 1) {
      if (Values.front() != std::trunc(Values.front()) || std::abs(Values.front()) > 1e9)
        return "the policy's column is " + std::to_string(Values.front());
      Decision = static_cast<int64_t>(Values.front());
      return "";
    }
    if (Values.size() != OrderColumns::Candidate + 1)
      return "the policy gives " + std::to_string(Values.size()) + " numbers, not one column or 33 scores";
    double Best = -std::numeric_limits<double>::infinity();
    Decision = -1;
    for (int64_t Column = 0; Column <= OrderColumns::Candidate; ++Column)
      if (isLegal(Seen, Column) && (Decision < 0 || Values[Column] > Best)) {
        Decision = Column;
        Best = Values[Column];
      }
    return "";
  }

  TracedTask Task;
  std::unique_ptr<mlrun::ModelRunner> Runner;
  bool IsTold; ///< which function it is
  std::chrono::milliseconds Limit;
  std::string Context;
  mlrun::Features Question;
};

} // namespace

std::unique_ptr<Policy> createOnnxPolicy(TracedTask Task, StringRef Path, std::chrono::milliseconds Limit) {
  return std::make_unique<ModelPolicy>(Task, onnxRunner(Path), /*IsTold=*/false, Limit);
}

std::unique_ptr<Policy> createPipePolicy(TracedTask Task, StringRef Base, std::chrono::milliseconds Limit) {
  mlrun::PipeOptions Options;
  Options.Base = Base.str();
  Options.Messages = mlrun::PipeOptions::Format::Bytes;
  Options.ConnectLimit = Limit;
  return std::make_unique<ModelPolicy>(Task, mlrun::createPipeRunner(std::move(Options)), /*IsTold=*/true, Limit);
}

} // namespace mlra
