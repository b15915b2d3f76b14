//===- InferenceDecider.cpp - The RL4ReAl fork's inference over pipe and gRPC --===//
//
//   compiler: every node of the function                      model: [0, node, point]   split, and ask again
//   compiler: the nodes behind the split, or that it is none         [1, node, colour, …] the end
//                                                                    [-1]               give up: greedy's
//
// A dialogue that splits goes on in a rehearsal. Over pipes one begins with the first split, since most functions have
// none; a channel of gRPC does not survive a fork, so that there the whole dialogue is one.
//
//===----------------------------------------------------------------------===//
#include "decide/InferenceDecider.h"

#include "decide/ForkDecisions.h"
#include "decide/ForkMessage.h"
#include "decide/ModelDecider.h"
#include "decide/OnnxAgents.h"
#include "decide/Rehearsal.h"

#include "llvm/Support/CommandLine.h"

using namespace llvm;

namespace mlra {

static cl::opt<bool> Inference("mlra-inference", cl::desc("A model decides: RL4ReAl's inference"),
                               cl::callback([](const bool &On) { useAsDefault(On); }));
static cl::opt<bool> InProcess("rl-inference-engine", cl::desc("With -mlra-inference: the four ONNX models of "
                                                               "-ml-config-path, in the compiler's own process"));

namespace {

class InferenceDecider : public ModelDecider {
public:
  StringRef name() const override { return isPipe() ? "inference-pipe" : "inference-grpc"; }

  std::string begin(Module &M) override {
    Flags = modelFlags();
    std::string Problem;
    Runner = inferenceRunner(Problem);
    return Problem.empty() ? Watcher.begin(Flags) : Problem;
  }

  void decide(const Episode &E, Carrier &Hands) override {
    std::string Problem = Watcher.meet(E.A.MF);
    std::vector<Decision> List;
    if (Problem.empty() && !Watcher.refusal(E.Recorded).empty())
      return;
    if (Problem.empty())
      Problem = converse(E, Hands, List);
    E.Count.Failure = Limits.note(std::move(Problem));
    if (E.Count.Failure.empty())
      Hands.carryOut(List);
    if (!Flags.IsConnectionKept || !E.Count.Failure.empty())
      Runner->close();
  }

private:
  std::string converse(const Episode &E, Carrier &Hands, std::vector<Decision> &List) {
    End = mlrun::in(Flags.TimeLimit * AnswersAFunction);
    Messages = 0;
    ForkAction Action;
    auto Whole = Flags.TimeLimit * (AnswersAFunction + 1);
    if (!isPipe())
      return rehearse(
          [&](std::vector<Decision> &Done) {
            std::string Problem = ask(firstMessage(E, Hands), Action);
            return Problem.empty() ? goOn(E, Hands, Action, Done) : Problem;
          },
          List, Whole);
    if (std::string Problem = ask(firstMessage(E, Hands), Action); !Problem.empty())
      return Problem;
    if (Action.What != ForkAction::Kind::Split)
      return goOn(E, Hands, Action, List);
    return rehearse([&](std::vector<Decision> &Done) { return goOn(E, Hands, Action, Done); }, List, Whole);
  }

  std::string goOn(const Episode &E, Carrier &Hands, ForkAction &Action, std::vector<Decision> &List) {
    while (Action.What == ForkAction::Kind::Split) {
      bool IsDone = carryOutSplit(Hands, Action, List).empty();
      if (std::string Problem = ask(IsDone ? nextMessage(E, Hands) : refusalMessage(), Action); !Problem.empty())
        return Problem;
    }
    if (Action.What == ForkAction::Kind::GiveUp)
      List.clear(); // greedy does the function, with no trace of what came before
    else
      appendColours(Hands, Watcher.colours(), Action, Flags.IsSpillForced, List);
    return "";
  }

  std::string ask(const mlrun::Features &Message, ForkAction &Action) {
    if (++Messages > Flags.MostMessages)
      return "more than " + std::to_string(Flags.MostMessages) + " messages about one function";
    if (!Watcher.problem().empty())
      return Watcher.problem();
    mlrun::Advice Answer(mlrun::ElementType::Int32);
    std::string Problem = Runner->ask(Message, Answer, std::min(End, mlrun::in(Flags.TimeLimit)));
    std::vector<int64_t> Numbers;
    if (Problem.empty())
      Problem = Answer.integers(Numbers);
    return Problem.empty() ? parseAction(Numbers, Action) : Problem;
  }

  mlrun::Features firstMessage(const Episode &E, const Carrier &Hands) {
    return functionMessage(Watcher.profile(Hands, E.Recorded), E.A.MF.getName(), Watcher.vectors().dimension(), form());
  }
  mlrun::Features nextMessage(const Episode &E, const Carrier &Hands) {
    return splitMessage(Watcher.profile(Hands, Watcher.problem(E.A)), E.A.MF.getName(), Watcher.vectors().dimension(),
                        form());
  }
  static MessageForm form() { return isPipe() ? MessageForm::Pipe : MessageForm::Grpc; }

  std::unique_ptr<mlrun::ModelRunner> Runner;
  mlrun::Deadline End;
  unsigned Messages = 0;
};

} // namespace

bool isInferenceChosen() { return Inference; }

std::unique_ptr<Decider> createInferenceDecider() {
  if (InProcess)
    return onnxAgents();
  return std::make_unique<InferenceDecider>();
}

} // namespace mlra
