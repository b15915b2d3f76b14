//===- OnnxAgents.cpp - The RL4ReAl fork's four models in this process --------===//
//
// Until every node is visited: one model selects a node, one says whether it is coloured or split, one of two says with
// which colour or behind which use point. The action is the allowed one with the largest number; NaN is the smallest.
//
//===----------------------------------------------------------------------===//
#include "decide/OnnxAgents.h"

#include "decide/AgentState.h"
#include "decide/ForkDecisions.h"
#include "decide/ModelDecider.h"
#include "decide/Rehearsal.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

#include <array>
#include <cmath>
#include <limits>

using namespace llvm;

namespace mlra {

namespace {

enum Agent { SelectNode, SelectTask, ColourNode, SplitNode };
constexpr const char *ModelNames[] = {"SELECT_NODE_MODEL_PATH", "SELECT_TASK_MODEL_PATH", "COLOR_NODE_MODEL_PATH",
                                      "SPLIT_NODE_MODEL_PATH"};
constexpr size_t Agents = std::size(ModelNames);
constexpr int Split = 1; ///< the task

class OnnxAgents : public ModelDecider {
public:
  StringRef name() const override { return "inference-onnx"; }

  std::string begin(Module &) override {
    Flags = modelFlags();
    if (Flags.ConfigPath.empty())
      return "-rl-inference-engine needs -ml-config-path=DIR, with DIR/regalloc/onnx-checkpoint/*.onnx";
    for (size_t I = 0; I < Agents; ++I) {
      SmallString<128> Path(Flags.ConfigPath);
      sys::path::append(Path, "regalloc", "onnx-checkpoint", Twine(ModelNames[I]) + ".onnx");
      if (!sys::fs::exists(Path))
        return "-rl-inference-engine finds no " + Path.str().str();
      Models[I] = onnxRunner(Path);
    }
    return Watcher.begin(Flags);
  }

  void decide(const Episode &E, Carrier &Hands) override {
    std::string Problem = Watcher.meet(E.A.MF);
    std::vector<Decision> List;
    if (Problem.empty() && !Watcher.refusal(E.Recorded).empty())
      return;
    if (Problem.empty())
      if (E.Count.Failure = AgentState(Hands, Watcher).take(E.Recorded); !E.Count.Failure.empty())
        return; // no fault of the models: the next function may be smaller
    for (size_t I = 0; I < Agents && Problem.empty(); ++I)
      Problem = Models[I]->open(mlrun::in(Flags.TimeLimit)); // once, and not in each fork
    if (Problem.empty())
      Problem = rehearse([&](std::vector<Decision> &Done) { return play(E, Hands, Done); }, List,
                         Flags.TimeLimit * AnswersAFunction);
    E.Count.Failure = Limits.note(std::move(Problem));
    if (E.Count.Failure.empty())
      Hands.carryOut(List);
  }

private:
  std::string play(const Episode &E, Carrier &Hands, std::vector<Decision> &List) {
    AgentState State(Hands, Watcher);
    std::string Problem = State.take(E.Recorded);
    while (Problem.empty() && !State.isOver()) {
      size_t Node = 0, Task = 0;
      Problem = act(SelectNode, State.selectNode(), State.nodeMask(), Node);
      if (Problem.empty())
        Problem = act(SelectTask, State.selectTask(Node), State.taskMask(Node), Task);
      if (Problem.empty())
        Problem = Task == Split ? split(E, Hands, State, Node, List) : colour(State, Node);
    }
    ForkAction Colours;
    Colours.Colours = State.colours();
    appendColours(Hands, Watcher.colours(), Colours, Flags.IsSpillForced, List);
    return Problem;
  }

  std::string colour(AgentState &State, size_t Node) {
    size_t Colour = 0;
    std::string Problem = act(ColourNode, State.colourNode(Node), State.colourMask(Node), Colour);
    if (Problem.empty())
      State.colour(Node, Colour);
    return Problem;
  }

  std::string split(const Episode &E, Carrier &Hands, AgentState &State, size_t Node, std::vector<Decision> &List) {
    size_t Point = 0;
    if (std::string Problem = act(SplitNode, State.splitNode(Node), State.splitMask(Node), Point); !Problem.empty())
      return Problem;
    ForkAction Action;
    Action.Register = State.idOf(Node);
    Action.Point = Point;
    if (std::string Problem = carryOutSplit(Hands, Action, List); !Problem.empty())
      return Problem;
    State.noteSplit();
    return State.take(Watcher.problem(E.A));
  }

  /// The allowed action that the model likes best.
  std::string act(Agent Who, const std::vector<float> &Row, ArrayRef<uint8_t> Mask, size_t &Action) {
    mlrun::Features Question;
    Question.add("obs", Row, {1, int64_t(Row.size())});
    mlrun::Advice Answer(mlrun::ElementType::Float);
    std::vector<float> Scores;
    std::string Problem = Models[Who]->ask(Question, Answer, mlrun::in(Flags.TimeLimit));
    if (Problem.empty())
      Problem = Answer.reals(Scores);
    if (Problem.empty() && Scores.size() < Mask.size())
      Problem = std::to_string(Scores.size()) + " numbers for " + std::to_string(Mask.size()) + " actions";
    if (!Problem.empty())
      return std::string(ModelNames[Who]) + ".onnx: " + Problem;
    float Best = 0;
    bool IsFirst = true;
    for (size_t I = 0; I < Mask.size(); ++I) {
      float Score = std::isnan(Scores[I]) ? std::numeric_limits<float>::lowest() : Scores[I];
      if (Mask[I] && (IsFirst || Score > Best)) {
        Best = Score;
        Action = I;
        IsFirst = false;
      }
    }
    return "";
  }

  std::array<std::unique_ptr<mlrun::ModelRunner>, Agents> Models;
};

} // namespace

std::unique_ptr<Decider> onnxAgents() { return std::make_unique<OnnxAgents>(); }

} // namespace mlra
