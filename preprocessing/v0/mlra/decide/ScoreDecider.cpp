//===- ScoreDecider.cpp - One ONNX model that scores registers ------------===//
//
// One question a function. Inputs, any of them, by name, for n nodes, e edges and R registers:
//
//   node_features float (n, 7)     node_vectors float (n, D)     node_class int64 (n)     spill_weight float (n)
//   edge_index int64 (2, 2 e)      register_mask or allowed, bool or uint8 (n, R)
//
// Output: scores float (n, 1 + R). Column 0 leaves the node to greedy, column 1 + k gives it register k of the model's
// metadata "mlra.registers" (a JSON list of names), by default of RegisterColumns. Nodes are taken by falling spill
// weight; each gets its best column that is still legal. A score that is NaN is never taken.
//
//===----------------------------------------------------------------------===//
#include "decide/ScoreDecider.h"

#include "decide/ModelDecider.h"
#include "decide/ModelRegisters.h"
#include "decide/NodeFeatures.h"
#include "decide/PolicyDump.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/CodeGen/TargetRegisterInfo.h"
#include "llvm/CodeGen/TargetSubtargetInfo.h"

#include <cmath>
#include <numeric>
#include <optional>

using namespace llvm;

namespace mlra {

namespace {

class ScoreDecider : public ModelDecider {
public:
  explicit ScoreDecider(PolicyModel Model) : Runner(std::move(Model.Runner)), DumpPath(std::move(Model.DumpPath)) {}

  StringRef name() const override { return "policy"; }

  std::string begin(Module &) override {
    Flags = modelFlags();
    if (std::string Problem = Watcher.begin(Flags); !Problem.empty())
      return Problem;
    return DumpPath.empty() ? "" : Dump.open(DumpPath);
  }

  void decide(const Episode &E, Carrier &Hands) override {
    std::string Problem = meet(E.A.MF);
    if (Problem.empty() && !Watcher.refusal(E.Recorded).empty())
      return;
    std::vector<float> Scores;
    if (Problem.empty())
      Problem = ask(E, Scores);
    E.Count.Failure = Limits.note(std::move(Problem));
    if (E.Count.Failure.empty())
      assignAll(E, Hands, Scores);
  }

private:
  /// The model, and the registers that its scores are of.
  std::string meet(const MachineFunction &MF) {
    std::string Problem = Watcher.meet(MF);
    if (!Problem.empty() || Columns)
      return Problem;
    Problem = Runner->open(mlrun::in(Flags.TimeLimit));
    if (std::string Kind = Runner->metadata("mlra.kind"); Problem.empty() && !Kind.empty())
      Problem = "the model is of the kind " + Kind + ", which this plugin does not know";
    return Problem.empty() ? findModelRegisters(*Runner, MF, Columns) : Problem;
  }

  bool wants(StringRef Input) const {
    return any_of(Runner->inputs(), [&](const mlrun::Tensor &T) { return T.Name == Input; });
  }

  std::string ask(const Episode &E, std::vector<float> &Scores) {
    mlrun::Features Question = question(E);
    if (!Watcher.problem().empty())
      return Watcher.problem();
    Dump.write(E.A.MF.getName(), Question);
    mlrun::Advice Answer(mlrun::ElementType::Float);
    std::string Problem = Runner->ask(Question, Answer, mlrun::in(Flags.TimeLimit));
    if (Problem.empty())
      Problem = Answer.reals(Scores, Answer.field("scores") ? "scores" : "");
    size_t Expected = E.Recorded.Nodes.size() * (1 + Columns->registers().size());
    if (Problem.empty() && Scores.size() != Expected)
      Problem = "the model gives " + std::to_string(Scores.size()) + " scores, not " + std::to_string(Expected) + ": " +
                std::to_string(E.Recorded.Nodes.size()) + " nodes by 1 + " +
                std::to_string(Columns->registers().size()) + " registers";
    return Problem;
  }

  /// What the model does not want is not computed.
  mlrun::Features question(const Episode &E) {
    const Problem &P = E.Recorded;
    int64_t Count = P.Nodes.size(), Registers = Columns->registers().size();
    std::vector<uint8_t> Allowed = Columns->allowed(E.A.MF, P);
    mlrun::Features Question;
    if (wants("node_features"))
      Question.add("node_features", nodeFeatures(P, Allowed), {Count, NodeFeatureCount});
    if (wants("edge_index"))
      Question.add("edge_index", edgeIndex(P), {2, 2 * int64_t(P.Edges.size())});
    if (wants("node_vectors"))
      Question.add("node_vectors", Watcher.vectors().nodeMeans(E.A, P), {Count, Watcher.vectors().dimension()});
    for (const char *Name : {"register_mask", "allowed"})
      if (wants(Name))
        Question.add(Name, Allowed, {Count, Registers});
    addPerNode(P, Question);
    return Question;
  }

  void addPerNode(const Problem &P, mlrun::Features &Question) const {
    std::vector<int64_t> Classes;
    std::vector<float> Weights;
    for (const Node &N : P.Nodes)
      Classes.push_back(N.ClassID), Weights.push_back(N.SpillWeight);
    if (wants("node_class"))
      Question.add("node_class", Classes);
    if (wants("spill_weight"))
      Question.add("spill_weight", Weights);
  }

  void assignAll(const Episode &E, Carrier &Hands, ArrayRef<float> Scores) {
    const std::vector<Node> &Nodes = E.Recorded.Nodes;
    std::vector<unsigned> Order(Nodes.size());
    std::iota(Order.begin(), Order.end(), 0);
    std::stable_sort(Order.begin(), Order.end(),
                     [&](unsigned A, unsigned B) { return Nodes[A].SpillWeight > Nodes[B].SpillWeight; });
    size_t Width = 1 + Columns->registers().size();
    for (unsigned Node : Order)
      if (MCPhysReg Best = bestRegister(Hands, Nodes[Node].Reg, Scores.slice(Node * Width, Width))) {
        Hands.endEdits();
        Hands.assign(Nodes[Node].Reg, Best);
      }
  }

  /// 0 for column 0, or where no column can be taken.
  MCPhysReg bestRegister(const Carrier &Hands, Register Reg, ArrayRef<float> Scores) const {
    std::vector<std::pair<float, unsigned>> Ranked;
    for (unsigned Column = 1; Column < Scores.size(); ++Column)
      if (Scores[Column] > Scores[0] || (std::isnan(Scores[0]) && !std::isnan(Scores[Column])))
        Ranked.emplace_back(-Scores[Column], Column);
    llvm::sort(Ranked);
    for (auto [Score, Column] : Ranked)
      if (Hands.isFree(Reg, Columns->registers()[Column - 1]))
        return Columns->registers()[Column - 1];
    return 0;
  }

  std::unique_ptr<mlrun::OnnxRunner> Runner;
  std::string DumpPath;
  std::optional<RegisterColumns> Columns;
  PolicyDump Dump;
};

} // namespace

std::unique_ptr<Decider> createScoreDecider(PolicyModel Model) {
  return std::make_unique<ScoreDecider>(std::move(Model));
}

} // namespace mlra
