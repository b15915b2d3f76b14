//===- AdviceRule.cpp - Which of the scored decisions are carried out -----===//
#include "decide/AdviceRule.h"

#include "llvm/ADT/STLExtras.h"

#include <cmath>
#include <limits>

using namespace llvm;

namespace mlra {

namespace {

/// Takes the decisions in their order, without putting all of them in order.
class InOrder {
public:
  explicit InOrder(std::vector<ScoredDecision> &All) : All(All) { std::make_heap(All.begin(), All.end(), isBehind); }

  bool isEmpty() const { return All.empty(); }

  ScoredDecision next() {
    std::pop_heap(All.begin(), All.end(), isBehind);
    ScoredDecision Best = All.back();
    All.pop_back();
    return Best;
  }

private:
  static bool isBehind(const ScoredDecision &A, const ScoredDecision &B) { return B.isBefore(A); }

  std::vector<ScoredDecision> &All;
};

bool areRivals(const Decision &One, const Decision &Other) {
  bool IsSetting = One.Kind == DecisionKind::Setting;
  if (IsSetting != (Other.Kind == DecisionKind::Setting))
    return false;
  return IsSetting ? One.Name == Other.Name : One.isOfGroup() || Other.isOfGroup() || One.Node == Other.Node;
}

bool haveRivals(ArrayRef<Decision> Some, ArrayRef<Decision> Others) {
  return any_of(Some, [&](const Decision &One) {
    return any_of(Others, [&](const Decision &Other) { return areRivals(One, Other); });
  });
}

void add(Proposal &To, std::vector<Decision> Decisions, float Score) {
  To.Decisions.insert(To.Decisions.end(), std::make_move_iterator(Decisions.begin()),
                      std::make_move_iterator(Decisions.end()));
  To.Predicted += Score;
}

} // namespace

std::string AdviceRule::begin(const mlrun::OnnxRunner &Model) {
  std::string Number = Model.metadata("mlra.decisions"), Bar = Model.metadata("mlra.threshold");
  if (!Number.empty() && StringRef(Number).getAsInteger(10, Most))
    return "the model's mlra.decisions is no whole number: " + Number;
  double Value = Threshold;
  if (!Bar.empty() && (StringRef(Bar).getAsDouble(Value) || std::isnan(Value)))
    return "the model's mlra.threshold is no number: " + Bar;
  Threshold = static_cast<float>(Value);
  return "";
}

float AdviceRule::least(unsigned Tries) const {
  return Tries > 1 ? -std::numeric_limits<float>::infinity() : Threshold;
}

std::vector<Proposal> AdviceRule::proposals(std::vector<ScoredDecision> &Found, unsigned Tries, const AdviceMenu &Menu,
                                            const MachineFunction &MF, const Problem &P) const {
  Proposal First;
  std::vector<Proposal> Others;
  InOrder Next(Found);
  unsigned Taken = 0;
  while (!Next.isEmpty()) {
    ScoredDecision Best = Next.next();
    bool MayJoin = Best.Score > Threshold && Taken < Most;
    if (!MayJoin && Others.size() + 1 >= Tries)
      break;
    std::vector<Decision> D = Menu.decisions(Best, MF, P);
    if (MayJoin && !haveRivals(D, First.Decisions)) {
      ++Taken;
      add(First, std::move(D), Best.Score);
    } else if (Others.size() + 1 < Tries) {
      add(Others.emplace_back(), std::move(D), Best.Score);
    }
  }
  std::vector<Proposal> All{std::move(First)};
  All.insert(All.end(), std::make_move_iterator(Others.begin()), std::make_move_iterator(Others.end()));
  return All;
}

} // namespace mlra
