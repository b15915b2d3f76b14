//===- AdviceMenu.cpp - The decisions that a model's outputs score --------===//
#include "decide/AdviceMenu.h"

#include "decide/DecisionText.h"
#include "decide/Settings.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/CodeGen/TargetRegisterInfo.h"
#include "llvm/CodeGen/TargetSubtargetInfo.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"

#include <cmath>
#include <cstring>

using namespace llvm;

namespace mlra {

namespace {

enum class Extent { Settings, Plans, Nodes, NodeRegisters, UsePoints, NodeBlocks };

struct OutputRow {
  const char *Name;
  DecisionKind Kind;
  Extent Of;
  SpillSide Side = SpillSide::None;
};

constexpr OutputRow Outputs[] = {
    {"set", DecisionKind::Setting, Extent::Settings},
    {"plan", DecisionKind::Setting, Extent::Plans},
    {"spill", DecisionKind::Spill, Extent::Nodes},
    {"first", DecisionKind::First, Extent::Nodes},
    {"last", DecisionKind::Last, Extent::Nodes},
    {"keep", DecisionKind::Keep, Extent::Nodes},
    {"assign", DecisionKind::Assign, Extent::NodeRegisters},
    {"hint", DecisionKind::Hint, Extent::NodeRegisters},
    {"split", DecisionKind::Split, Extent::UsePoints},
    {"split_spill_head", DecisionKind::Split, Extent::UsePoints, SpillSide::Head},
    {"split_spill_tail", DecisionKind::Split, Extent::UsePoints, SpillSide::Tail},
    {"loop", DecisionKind::SplitLoop, Extent::NodeBlocks},
    {"loop_spill_inside", DecisionKind::SplitLoop, Extent::NodeBlocks, SpillSide::Tail},
    {"loop_spill_outside", DecisionKind::SplitLoop, Extent::NodeBlocks, SpillSide::Head},
};

std::string outputNames() {
  std::string Names;
  for (const OutputRow &Row : Outputs)
    Names += (Names.empty() ? "" : ", ") + std::string(Row.Name);
  return Names;
}

const OutputRow *outputNamed(StringRef Name) {
  const OutputRow *Row = find_if(Outputs, [&](const OutputRow &R) { return Name == R.Name; });
  return Row == std::end(Outputs) ? nullptr : Row;
}

std::string refusalOf(ArrayRef<Decision> Decisions) {
  for (const Decision &D : Decisions)
    if (D.Kind == DecisionKind::Setting)
      if (std::string Reason = Settings::refusal(D.Name, D.Value); !Reason.empty())
        return D.Name + ", " + D.Value + ": " + Reason;
  return "";
}

/// `[option, value]` of each as a decision.
std::string parseSettings(StringRef Text, std::vector<Decision> &Settings) {
  constexpr char Expected[] = "the model's mlra.settings is no list of [option, value]";
  llvm::Expected<json::Value> Parsed = json::parse(Text);
  if (!Parsed)
    return "the model's mlra.settings: " + toString(Parsed.takeError());
  json::Array *Pairs = Parsed->getAsArray();
  if (!Pairs)
    return Expected;
  for (json::Value &Pair : *Pairs) {
    json::Array *Members = Pair.getAsArray();
    if (!Members || Members->size() != 2)
      return Expected;
    Members->insert(Members->begin(), "set");
  }
  std::string Lists;
  raw_string_ostream OS(Lists);
  OS << *Parsed;
  if (std::string Problem = parseDecisionList(OS.str(), Settings); !Problem.empty())
    return "the model's mlra.settings: " + Problem;
  std::string Reason = refusalOf(Settings);
  return Reason.empty() ? "" : "the model's mlra.settings: " + Reason;
}

/// A list of decisions each; what they are about is no single node, since a model knows none.
std::string parsePlans(StringRef Text, std::vector<std::vector<Decision>> &Plans) {
  constexpr char Begin[] = "the model's mlra.plans: ";
  llvm::Expected<json::Value> Parsed = json::parse(Text);
  if (!Parsed)
    return Begin + toString(Parsed.takeError());
  const json::Array *Lists = Parsed->getAsArray();
  if (!Lists)
    return Begin + std::string("expected a list of lists of decisions");
  for (const json::Value &List : *Lists) {
    std::string ListText;
    raw_string_ostream OS(ListText);
    OS << List;
    std::vector<Decision> &Plan = Plans.emplace_back();
    std::string Problem = parseDecisionList(OS.str(), Plan);
    if (Problem.empty())
      Problem = refusalOf(Plan);
    if (Problem.empty() && Plan.empty())
      Problem = "no decision";
    if (Problem.empty() && any_of(Plan, [](const Decision &D) {
          return D.Kind != DecisionKind::Setting && !D.isOfGroup();
        }))
      Problem = "a decision on one node";
    if (!Problem.empty())
      return Begin + std::string("plan ") + std::to_string(Plans.size()) + ": " + Problem;
  }
  return "";
}

/// The node that the use point belongs to; `Point` becomes its place in that node.
const Node &nodeOfPoint(const Problem &P, size_t &Point) {
  for (const Node &N : P.Nodes) {
    if (Point < N.Uses.size())
      return N;
    Point -= N.Uses.size();
  }
  llvm_unreachable("the output has as many scores as there are use points");
}

std::string shapeText(ArrayRef<int64_t> Shape) {
  return "[" + join(map_range(Shape, [](int64_t Length) { return std::to_string(Length); }), ",") + "]";
}

} // namespace

std::string AdviceMenu::begin(const mlrun::OnnxRunner &Model, const MachineFunction &MF) {
  if (std::string Text = Model.metadata("mlra.settings"); !Text.empty())
    if (std::string Problem = parseSettings(Text, Settings); !Problem.empty())
      return Problem;
  if (std::string Text = Model.metadata("mlra.plans"); !Text.empty())
    if (std::string Problem = parsePlans(Text, Plans); !Problem.empty())
      return Problem;
  return findModelRegisters(Model, MF, Registers);
}

std::string AdviceMenu::fault(const mlrun::Advice &Answer) const {
  for (const mlrun::Tensor &Field : Answer.Fields) {
    if (!outputNamed(Field.Name))
      return "the model's output " + Field.Name + " is none of " + outputNames();
    if (Field.Type != mlrun::ElementType::Float)
      return "the model's output " + Field.Name + " is " + nameOf(Field.Type) + ", not float";
  }
  if (Settings.empty() && Answer.field("set"))
    return "the model has an output set, and no metadata mlra.settings that tell of what";
  if (Plans.empty() && Answer.field("plan"))
    return "the model has an output plan, and no metadata mlra.plans that tell of what";
  return "";
}

std::vector<int64_t> AdviceMenu::shape(unsigned Output, const Problem &P) const {
  int64_t Nodes = P.Nodes.size(), Points = 0;
  switch (Outputs[Output].Of) {
  case Extent::Settings:
    return {int64_t(Settings.size())};
  case Extent::Plans:
    return {int64_t(Plans.size())};
  case Extent::Nodes:
    return {Nodes};
  case Extent::NodeRegisters:
    return {Nodes, int64_t(Registers->registers().size())};
  case Extent::UsePoints:
    for (const Node &N : P.Nodes)
      Points += N.Uses.size();
    return {Points};
  case Extent::NodeBlocks:
    return {Nodes, int64_t(P.Blocks.size())};
  }
  llvm_unreachable("all extents are above");
}

std::string AdviceMenu::read(const mlrun::Advice &Answer, const Problem &P, float Least,
                             std::vector<ScoredDecision> &Found) const {
  for (const mlrun::Tensor &Field : Answer.Fields) {
    unsigned Output = outputNamed(Field.Name) - Outputs;
    if (std::vector<int64_t> Expected = shape(Output, P); Field.Shape != Expected)
      return "the model's output " + Field.Name + " has the shape " + shapeText(Field.Shape) + ", not " +
             shapeText(Expected);
    for (size_t I = 0, Count = Field.count(); I < Count; ++I) {
      float Score;
      std::memcpy(&Score, Field.data() + I * sizeof Score, sizeof Score);
      if (std::isnan(Score))
        return "the model's output " + Field.Name + " has NaN at " + std::to_string(I);
      if (Score > Least)
        Found.push_back({Score, Output, I});
    }
  }
  return "";
}

std::vector<Decision> AdviceMenu::decisions(const ScoredDecision &Scored, const MachineFunction &MF,
                                            const Problem &P) const {
  if (Outputs[Scored.Output].Of == Extent::Plans)
    return Plans[Scored.Index];
  return {single(Scored, MF, P)};
}

Decision AdviceMenu::single(const ScoredDecision &Scored, const MachineFunction &MF, const Problem &P) const {
  const OutputRow &Row = Outputs[Scored.Output];
  size_t Index = Scored.Index;
  if (Row.Of == Extent::Settings)
    return Settings[Index];
  Decision D{Row.Kind, {}, 0, Row.Side};
  auto Name = [&](const Node &N) { D.Node.Register = Register(N.Reg).virtRegIndex(); };
  if (Row.Of == Extent::Nodes) {
    Name(P.Nodes[Index]);
  } else if (Row.Of == Extent::NodeRegisters) {
    size_t Width = Registers->registers().size();
    Name(P.Nodes[Index / Width]);
    D.Name = MF.getSubtarget().getRegisterInfo()->getName(Registers->registers()[Index % Width]);
  } else if (Row.Of == Extent::UsePoints) {
    Name(nodeOfPoint(P, Index));
    D.Place = static_cast<unsigned>(Index);
  } else {
    Name(P.Nodes[Index / P.Blocks.size()]);
    D.Place = static_cast<unsigned>(Index % P.Blocks.size());
  }
  return D;
}

} // namespace mlra
