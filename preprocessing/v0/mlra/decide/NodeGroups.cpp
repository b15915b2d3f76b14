//===- NodeGroups.cpp - One decision for many nodes -----------------------===//
#include "decide/NodeGroups.h"

#include "decide/Carrier.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/CodeGen/MachineRegisterInfo.h"

#include <cmath>

using namespace llvm;

namespace mlra {

namespace {

constexpr double Lengthened = 400;

struct Member {
  Register Reg;
  double Cost;
};

bool isCalleeSaved(MCPhysReg Place, const Analyses &A) {
  const TargetRegisterInfo &TRI = A.VRM.getTargetRegInfo();
  for (const MCPhysReg *Saved = A.MF.getRegInfo().getCalleeSavedRegs(); Saved && *Saved; ++Saved)
    if (TRI.regsOverlap(Place, *Saved))
      return true;
  return false;
}

/// Whether a call, or what is like one, leaves it nothing but what the function must save.
bool livesAcross(Register Reg, const Carrier &Hands) {
  bool HasPlace = false;
  for (MCPhysReg Place : Hands.order(Reg))
    if (Hands.isFree(Reg, Place)) {
      if (!isCalleeSaved(Place, Hands.analyses()))
        return false;
      HasPlace = true;
    }
  return HasPlace;
}

std::vector<Register> membersOf(const NodeGroup &Group, const Carrier &Hands) {
  std::vector<Member> Found;
  for (Register Reg : Hands.open()) {
    const LiveInterval &Interval = Hands.analyses().LIS.getInterval(Reg);
    if (Interval.isSpillable() && (Group.Of == NodeGroup::Set::All || livesAcross(Reg, Hands)))
      Found.push_back({Reg, double(Interval.weight()) * (Interval.getSize() + Lengthened)});
  }
  if (Group.By != NodeGroup::Order::Number)
    stable_sort(Found, [&](const Member &One, const Member &Other) {
      return Group.By == NodeGroup::Order::Cold ? One.Cost < Other.Cost : One.Cost > Other.Cost;
    });
  size_t Count = Found.empty() ? 0 : std::max<size_t>(Found.size() / Group.Part, 1);
  std::vector<Register> Members;
  for (const Member &One : ArrayRef(Found).take_front(Count))
    Members.push_back(One.Reg);
  return Members;
}

/// Makes it one of this node; false where the node has no such split.
bool fit(Decision &D, Register Reg, const Carrier &Hands) {
  D.Group = NodeGroup();
  D.Node.Register = Reg.virtRegIndex();
  if (D.Kind != DecisionKind::Split)
    return true;
  for (unsigned Points = Hands.usePoints(Reg).size(); D.Place < Points; ++D.Place)
    if (Hands.refusalOfSplit(Reg, D.Place).empty())
      return true;
  return false;
}

} // namespace

bool parseGroup(StringRef Text, NodeGroup &Result) {
  NodeGroup Group;
  auto [Set, Rest] = Text.split('-');
  if (Set == "all")
    Group.Of = NodeGroup::Set::All;
  else if (Set == "across")
    Group.Of = NodeGroup::Set::Across;
  else
    return false;
  if (Set.size() < Text.size()) {
    auto [Order, Part] = Rest.split('/');
    if (Order != "cold" && Order != "hot")
      return false;
    Group.By = Order == "cold" ? NodeGroup::Order::Cold : NodeGroup::Order::Hot;
    if (Order.size() < Rest.size() && (Part.getAsInteger(10, Group.Part) || !Group.Part))
      return false;
  }
  Result = Group;
  return true;
}

std::string groupText(const NodeGroup &Group) {
  std::string Text = Group.Of == NodeGroup::Set::All ? "all" : "across";
  if (Group.By != NodeGroup::Order::Number)
    Text += Group.By == NodeGroup::Order::Cold ? "-cold" : "-hot";
  return Group.Part == 1 ? Text : Text + "/" + utostr(Group.Part);
}

std::vector<Decision> withoutGroups(ArrayRef<Decision> Decisions, const Carrier &Hands) {
  std::vector<Decision> Single;
  for (const Decision &D : Decisions) {
    if (!D.isOfGroup()) {
      Single.push_back(D);
      continue;
    }
    for (Register Reg : membersOf(D.Group, Hands))
      if (Decision Own = D; fit(Own, Reg, Hands))
        Single.push_back(std::move(Own));
  }
  return Single;
}

} // namespace mlra
