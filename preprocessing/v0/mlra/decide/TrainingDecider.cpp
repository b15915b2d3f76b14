//===- TrainingDecider.cpp - The RL4ReAl fork's training ----------------------===//
//
// One function of one compilation, -mlra-funcID, is the trainer's. Over pipes the compiler asks:
//
//   compiler: handshake                model: an action of inference (ForkMessage.h)
//   compiler: the nodes, or result=0          any number       behind a split; then a handshake again
//   compiler: cost                            any number       behind the colours; the end
//
// Over gRPC it is the compiler that serves, `codeGen`: "Split" and "SplitAndCapture" are answered with the nodes,
// "Exit" with the cost. It says where it listens, and ends when the answer to "Exit" is sent.
//
// The cost is the fork's: the spill weights of the registers without a colour, added up. Greedy's true costs are what
// -mlra-report and the record say.
//
//===----------------------------------------------------------------------===//
#include "decide/TrainingDecider.h"

#include "decide/ForkDecisions.h"
#include "decide/ForkMessage.h"
#include "decide/ModelFlags.h"
#include "decide/NodeFeatures.h"
#include "decide/Observer.h"
#include "decide/Rehearsal.h"

#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/CommandLine.h"

#include <cmath>

using namespace llvm;

namespace mlra {

static cl::opt<bool> Training("mlra-training", cl::desc("A trainer decides on one function, -mlra-funcID"),
                              cl::callback([](const bool &On) { useAsDefault(On); }));

namespace {

/// A trainer thinks longer than a server: its whole dialogue may take so many times the limit of one answer.
constexpr unsigned AnswersAFunction = 100;

/// The plugin decides on no other function then.
bool isFunctionNamed() {
  auto Found = cl::getRegisteredOptions().find("mlra-funcID");
  return Found != cl::getRegisteredOptions().end() && Found->second->getNumOccurrences();
}

class TrainingDecider : public Decider {
public:
  StringRef name() const override { return isPipe() ? "training-pipe" : "training-grpc"; }

  std::string begin(Module &M) override {
    if (!isFunctionNamed())
      return "-mlra-training needs -mlra-funcID=N, the number of a function from 1";
    Flags = modelFlags();
    std::string Problem;
    Runner = trainingRunner(Problem);
    return Problem.empty() ? Watcher.begin(Flags) : Problem;
  }

  void decide(const Episode &E, Carrier &Hands) override {
    std::string Problem = Watcher.meet(E.A.MF);
    std::vector<Decision> List;
    if (Problem.empty())
      Problem = rehearse(
          [&](std::vector<Decision> &Done) { return isPipe() ? askTrainer(E, Hands, Done) : serve(E, Hands, Done); },
          List, Flags.TimeLimit * AnswersAFunction);
    E.Count.Failure = std::move(Problem);
    if (E.Count.Failure.empty())
      Hands.carryOut(List);
  }

private:
  std::string askTrainer(const Episode &E, Carrier &Hands, std::vector<Decision> &List) {
    for (unsigned Messages = 0; Messages < Flags.MostMessages; ++Messages) {
      mlrun::Features Handshake;
      Handshake.add("handshake", int32_t(0));
      std::vector<int64_t> Numbers;
      ForkAction Action;
      std::string Problem = ask(Handshake, Numbers);
      if (Problem.empty())
        Problem = parseAction(Numbers, Action);
      if (!Problem.empty() || Action.What == ForkAction::Kind::GiveUp)
        return Problem;
      bool IsOver = Action.What == ForkAction::Kind::Colours;
      mlrun::Features Reply = IsOver ? finish(E, Hands, Action, List) : split(E, Hands, Action, List);
      if (Problem = ask(Reply, Numbers); !Problem.empty() || IsOver)
        return Problem;
    }
    return tooManyMessages();
  }

  std::string ask(const mlrun::Features &Message, std::vector<int64_t> &Numbers) {
    mlrun::Advice Answer(mlrun::ElementType::Int32);
    std::string Problem = Runner->ask(Message, Answer, mlrun::in(Flags.TimeLimit));
    return Problem.empty() ? Answer.integers(Numbers) : Problem;
  }

  std::string serve(const Episode &E, Carrier &Hands, std::vector<Decision> &List) {
    mlrun::Features Reply;
    for (unsigned Messages = 0; Messages < Flags.MostMessages; ++Messages) {
      mlrun::Advice Call;
      if (std::string Problem = Runner->ask(Reply, Call, mlrun::in(Flags.TimeLimit)); !Problem.empty())
        return Problem;
      ForkAction Action;
      std::string Word;
      std::string Problem = parseCall(Call, Word, Action);
      if (!Problem.empty())
        return Problem;
      if (Word == "Exit")
        return Runner->tell(finish(E, Hands, Action, List), mlrun::in(Flags.TimeLimit));
      Reply = split(E, Hands, Action, List);
    }
    return tooManyMessages();
  }

  /// The message `Data` of RegisterAllocation.proto.
  static std::string parseCall(const mlrun::Advice &Call, std::string &Word, ForkAction &Action) {
    if (std::string Problem = Call.text(Word, "message"); !Problem.empty())
      return Problem;
    if (Word != "Exit" && Word != "Split" && Word != "SplitAndCapture")
      return "a call of codeGen that says neither Split nor SplitAndCapture nor Exit";
    bool IsExit = Word == "Exit";
    Action.What = IsExit ? ForkAction::Kind::Colours : ForkAction::Kind::Split;
    std::vector<int64_t> Register, Point, Colours;
    std::vector<std::string> Nodes;
    std::string Problem = IsExit ? "" : Call.integers(Register, "regidx");
    if (Problem.empty() && !IsExit)
      Problem = Call.integers(Point, "payload");
    if (!IsExit) {
      Action.Register = Register.empty() ? 0 : Register.front();
      Action.Point = Point.empty() ? 0 : Point.front();
      return Problem;
    }
    if (!Call.field("color.key"))
      return ""; // no node at all
    Problem = Call.texts(Nodes, "color.key");
    if (Problem.empty())
      Problem = Call.integers(Colours, "color.value");
    if (Problem.empty() && Nodes.size() != Colours.size())
      Problem = "colours without nodes";
    for (size_t I = 0; Problem.empty() && I < Nodes.size(); ++I) {
      int64_t ID;
      if (!to_integer(Nodes[I], ID))
        return "a node whose id is no number";
      Action.Colours.emplace_back(ID, Colours[I]);
    }
    return Problem;
  }

  mlrun::Features split(const Episode &E, Carrier &Hands, const ForkAction &Action, std::vector<Decision> &List) {
    if (carryOutSplit(Hands, Action, List).empty())
      return trainingMessage(Watcher.profile(Hands, Watcher.problem(E.A)));
    mlrun::Features Refused;
    Refused.add("result", int32_t(0));
    return Refused;
  }

  mlrun::Features finish(const Episode &E, Carrier &Hands, const ForkAction &Action, std::vector<Decision> &List) {
    appendColours(Hands, Watcher.colours(), Action, Flags.IsSpillForced, List);
    mlrun::Features Reply;
    Reply.add("cost", cost(E.A, Watcher.problem(E.A), Action));
    return Reply;
  }

  /// One that cannot be spilled counts as RL4ReAl's most expensive one.
  static float cost(const Analyses &A, const Problem &P, const ForkAction &Action) {
    DenseSet<int64_t> Coloured;
    for (auto [ID, Colour] : Action.Colours)
      if (Colour)
        Coloured.insert(ID);
    float Sum = 0;
    for (const Node &N : P.Nodes)
      if (!Coloured.count(profileID(A, N.Reg)))
        Sum += std::isinf(N.SpillWeight) ? WeightLimit : N.SpillWeight;
    return Sum;
  }

  std::string tooManyMessages() const {
    return "more than " + std::to_string(Flags.MostMessages) + " messages about one function";
  }

  ModelFlags Flags;
  std::unique_ptr<mlrun::ModelRunner> Runner;
  Observer Watcher;
};

} // namespace

bool isTrainingChosen() { return Training; }

std::unique_ptr<Decider> createTrainingDecider() { return std::make_unique<TrainingDecider>(); }

} // namespace mlra
