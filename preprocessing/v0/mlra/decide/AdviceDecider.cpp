//===- AdviceDecider.cpp - One ONNX model that names decisions for greedy -===//
#include "decide/AdviceDecider.h"

#include "LLVMCompat.h"
#include "decide/AdviceQuestion.h"
#include "decide/ModelDecider.h"
#include "decide/PolicyDump.h"
#include "decide/ProposalTries.h"

#include "llvm/Target/TargetMachine.h"
#include "llvm/TargetParser/Triple.h"

using namespace llvm;

namespace mlra {

namespace {

/// Classes and registers have other numbers in another release: a model of it would be told something else.
std::string refusalOfOrigin(const mlrun::OnnxRunner &Model, const MachineFunction &MF) {
  std::string Target = Model.metadata("mlra.target"), Release = Model.metadata("mlra.llvm");
  StringRef Own = Triple::getArchTypePrefix(MF.getTarget().getTargetTriple().getArch());
  if (!Target.empty() && Target != Own)
    return ("the model is for " + Target + ", this is " + Own).str();
  std::string OwnRelease = std::to_string(LLVM_VERSION_MAJOR);
  if (!Release.empty() && Release != OwnRelease)
    return "the model is for LLVM " + Release + ", this is LLVM " + OwnRelease;
  return "";
}

class AdviceDecider final : public ModelDecider {
public:
  explicit AdviceDecider(PolicyModel Given) : Model(std::move(Given)) {}

  StringRef name() const override { return "advice"; }

  std::string begin(Module &) override {
    Flags = modelFlags();
    if (std::string Problem = Watcher.begin(Flags); !Problem.empty())
      return Problem;
    return Model.DumpPath.empty() ? "" : Dump.open(Model.DumpPath);
  }

  /// A model often proposes what the compiler then cannot do.
  bool expectsRefusals() const override { return true; }

  bool tellsFailures() const override { return Fault.empty(); }

  bool wants(const MachineFunction &MF, unsigned FunctionID) override {
    Tries.endWithoutFinal();
    return ModelDecider::wants(MF, FunctionID);
  }

  void decide(const Episode &E, Carrier &Hands) override {
    meet(E.A.MF);
    if (Fault.empty() && !Watcher.refusal(E.Recorded).empty())
      return;
    std::vector<Proposal> Proposals;
    std::string Problem = Fault.empty() ? ask(E, Proposals) : "";
    E.Count.Failure = Fault.empty() ? Limits.note(std::move(Problem)) : Fault;
    if (E.Count.Failure.empty())
      carryOutBest(E, Hands, Proposals);
  }

  bool looksAtAnswer() const override { return Model.Tries > 1; }

  void allocated(const Episode &E, const Answer &Result) override { Tries.allocated(E, Result); }

  bool records() const override { return !Tries.isCopy(); }

  std::vector<std::string> end() override {
    Tries.endWithoutFinal();
    if (Fault.empty())
      return ModelDecider::end();
    return {"all functions are left to greedy: " + Fault};
  }

private:
  /// Once: whether the model can be asked about this target's functions.
  void meet(const MachineFunction &MF) {
    if (IsMet)
      return;
    IsMet = true;
    Fault = refusalOfOrigin(*Model.Runner, MF);
    if (Fault.empty())
      Fault = Told.begin(Model.Runner->inputs());
    if (Fault.empty())
      Fault = Menu.begin(*Model.Runner, MF);
    if (Fault.empty())
      Fault = Rule.begin(*Model.Runner);
  }

  /// "" or what went wrong; what is the model's fault, whatever the function, is kept.
  std::string ask(const Episode &E, std::vector<Proposal> &Proposals) {
    mlrun::Features Question;
    Told.addColumns(E.Recorded, Question);
    if (Told.hasVectors())
      Question.add("node_vectors", Watcher.vectors().nodeMeans(E.A, E.Recorded),
                   {int64_t(E.Recorded.Nodes.size()), Watcher.vectors().dimension()});
    if (!Watcher.problem().empty())
      return Watcher.problem();
    Dump.write(E.A.MF.getName(), Question);
    mlrun::Advice Answer(mlrun::ElementType::Float);
    std::string Problem = Model.Runner->ask(Question, Answer, mlrun::in(Flags.TimeLimit));
    if (Problem.empty())
      Problem = Fault = Menu.fault(Answer);
    std::vector<ScoredDecision> Scored;
    if (Problem.empty())
      Problem = Menu.read(Answer, E.Recorded, Rule.least(Model.Tries), Scored);
    if (Problem.empty())
      Proposals = Rule.proposals(Scored, Model.Tries, Menu, E.A.MF, E.Recorded);
    return Problem;
  }

  void carryOutBest(const Episode &E, Carrier &Hands, ArrayRef<Proposal> Proposals) {
    E.Count.Proposed.emplace();
    if (Proposals.front().Decisions.empty()) // greedy alone, which is tried anyway
      Proposals = Proposals.drop_front();
    E.Count.Proposed->Number = Proposals.size();
    if (Proposals.empty())
      return;
    ProposalTries::Verdict Best{1, 0, ""};
    if (Model.Tries > 1)
      Best = Tries.choose(E, Hands, Proposals);
    E.Count.Failure = Best.Problem;
    E.Count.Proposed->Chosen = Best.Best;
    if (Model.Tries > 1)
      E.Count.Proposed->Gain = Best.Gain;
    if (!Best.Best)
      return;
    E.Count.Proposed->Predicted = Proposals[Best.Best - 1].Predicted;
    Hands.carryOut(Proposals[Best.Best - 1].Decisions);
  }

  PolicyModel Model;
  PolicyDump Dump;
  bool IsMet = false;
  std::string Fault; ///< why the model cannot be asked about any function
  AdviceQuestion Told;
  AdviceMenu Menu;
  AdviceRule Rule;
  ProposalTries Tries;
};

} // namespace

std::unique_ptr<Decider> createAdviceDecider(PolicyModel Model) {
  return std::make_unique<AdviceDecider>(std::move(Model));
}

} // namespace mlra
