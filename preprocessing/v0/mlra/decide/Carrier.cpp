//===- Carrier.cpp - What carries decisions out in front of greedy --------===//
#include "decide/Carrier.h"

#include "LLVMCompat.h"
#include "decide/Advisors.h"
#include "decide/EvictionAdvisor.h"
#include "decide/LoopSplit.h"
#include "decide/NarrowedClasses.h"
#include "decide/NodeGroups.h"
#include "decide/PointSplit.h"
#include "decide/PriorityAdvisor.h"
#include "decide/Spilling.h"
#include "record/UsePoints.h"

#include "llvm/CodeGen/MachineRegisterInfo.h"

using namespace llvm;

namespace mlra {

namespace {

constexpr const char *EditsAreOver = "assignments have begun";

} // namespace

Carrier::Carrier(MachineFunctionPass &Allocator, const Analyses &A, Tally &Count)
    : Allocator(Allocator), A(A), Count(Count), MRI(A.MF.getRegInfo()), Blocks(A.MF),
      Spills(std::make_unique<Spilling>(Allocator, A)), Names(MRI.getNumVirtRegs()), Assigned(A), Log(Count) {
  Classes.runOnMachineFunction(A.MF);
}

Carrier::~Carrier() = default;

std::vector<Register> Carrier::open() const {
  std::vector<Register> Open;
  for (unsigned I = 0; I < MRI.getNumVirtRegs(); ++I)
    if (Register Reg = Register::index2VirtReg(I); isLeft(Reg) && !A.VRM.hasPhys(Reg))
      Open.push_back(Reg);
  return Open;
}

std::vector<SlotIndex> Carrier::usePoints(Register Reg) const { return useSlots(A, A.LIS.getInterval(Reg)); }

ArrayRef<MCPhysReg> Carrier::order(Register Reg) const { return Classes.getOrder(MRI.getRegClass(Reg)); }

MCRegister Carrier::registerNamed(StringRef Name) const {
  const TargetRegisterInfo &TRI = A.VRM.getTargetRegInfo();
  Name.consume_front("$");
  for (unsigned Reg = 1; Reg < TRI.getNumRegs(); ++Reg)
    if (Name.equals_insensitive(TRI.getName(MCRegister(Reg))))
      return MCRegister(Reg);
  return MCRegister();
}

bool Carrier::isLeft(Register Reg) const { return !MRI.reg_nodbg_empty(Reg) && !Spills->isLeftover(Reg); }

/// What stands against any decision on a register.
std::string Carrier::refusal(Register Reg) const {
  if (!Reg.isVirtual() || Reg.virtRegIndex() >= MRI.getNumVirtRegs())
    return "no such node";
  if (!isLeft(Reg))
    return "nothing is left of the node";
  if (A.VRM.hasPhys(Reg))
    return Assigned.has(Reg) ? "it is assigned already" : "it had its register before";
  return "";
}

std::string Carrier::refusalOfSplit(Register Reg, unsigned Point) const {
  std::string Reason = refusal(Reg);
  return Reason.empty() ? refusalOfPointSplit(A, compat::dominatorTree(Allocator), Reg, Point) : Reason;
}

const MachineLoop *Carrier::loopOf(unsigned HeaderBlock) const {
  const MachineBasicBlock *Header = Blocks.at(HeaderBlock);
  const MachineLoop *Loop = Header ? A.Loops.getLoopFor(Header) : nullptr;
  return Loop && Loop->getHeader() == Header ? Loop : nullptr;
}

std::string Carrier::refusalOfLoopSplit(Register Reg, unsigned HeaderBlock) const {
  const MachineLoop *Loop = loopOf(HeaderBlock);
  if (!Loop)
    return "no loop begins with that block";
  std::string Reason = refusal(Reg);
  return Reason.empty() ? mlra::refusalOfLoopSplit(A, Reg, *Loop) : Reason;
}

std::string Carrier::split(Register Reg, unsigned Point, SmallVectorImpl<Register> &New, SpillSide Side) {
  return split(Reg, {DecisionKind::Split, {}, Point, Side, 1, "", ""}, New);
}

std::string Carrier::splitLoop(Register Reg, unsigned HeaderBlock, SmallVectorImpl<Register> &New, SpillSide Side) {
  return split(Reg, {DecisionKind::SplitLoop, {}, HeaderBlock, Side, 1, "", ""}, New);
}

std::string Carrier::split(Register Reg, const Decision &D, SmallVectorImpl<Register> &New) {
  bool IsLoop = D.Kind == DecisionKind::SplitLoop;
  std::string Reason = AreEditsOver ? EditsAreOver
                       : IsLoop     ? refusalOfLoopSplit(Reg, D.Place)
                                    : refusalOfSplit(Reg, D.Place);
  if (!Reason.empty())
    return counted(D, Reg, Reason);
  IsEdited = true;
  SplitResult Result = IsLoop ? splitAroundLoop(A, Reg, *loopOf(D.Place), D.Side == SpillSide::Head)
                              : splitBehindPoint(A, compat::dominatorTree(Allocator), Reg, D.Place);
  Spills->announceSplit(Reg, Result.All);
  counted(D, Reg, "");
  Names.add(Reg, Result.All);
  New.append(Result.All.begin(), Result.All.end());
  if (D.Side != SpillSide::None)
    for (Register Part : D.Side == SpillSide::Head ? Result.Heads : Result.Tails)
      if (isLeft(Part))
        Spills->spill(Part); // pieces too short to be spilled stay
  return "";
}

void Carrier::edited(Register Reg, ArrayRef<Register> New) {
  IsEdited = true;
  Log.noteUnsaid();
  Spills->announceSplit(Reg, New);
  Names.add(Reg, New);
}

std::string Carrier::spill(Register Reg) {
  std::string Reason = AreEditsOver ? EditsAreOver : refusal(Reg);
  if (Reason.empty())
    Reason = Spills->spill(Reg);
  IsEdited |= Reason.empty();
  return counted({DecisionKind::Spill, {}}, Reg, Reason);
}

void Carrier::endEdits() {
  if (IsEdited && !AreEditsOver)
    Spills->end();
  AreEditsOver = true;
}

bool Carrier::isFree(Register Reg, MCRegister Place) const {
  return is_contained(order(Reg), Place.id()) &&
         A.Matrix.checkInterference(A.LIS.getInterval(Reg), Place) == LiveRegMatrix::IK_Free;
}

std::string Carrier::refusalOfPlace(Register Reg, MCRegister Place) const {
  if (std::string Reason = refusal(Reg); !Reason.empty())
    return Reason;
  if (!Place)
    return "no such register";
  return is_contained(order(Reg), Place.id()) ? "" : "the register is none of its class, or reserved";
}

std::string Carrier::assign(Register Reg, MCRegister Place) {
  endEdits();
  std::string Reason = refusalOfPlace(Reg, Place);
  if (Reason.empty() && !isFree(Reg, Place))
    Reason = "the register is taken";
  if (Reason.empty()) {
    Assigned.assign(Reg, Place);
    Wishes.Fixed.insert(Reg);
  }
  Decision D{DecisionKind::Assign, {}};
  D.Name = nameOf(Place);
  return counted(D, Reg, Reason);
}

std::string Carrier::hint(Register Reg, MCRegister Place) {
  std::string Reason = refusalOfPlace(Reg, Place);
  if (Reason.empty())
    Wishes.Hints[Reg] = Place;
  Decision D{DecisionKind::Hint, {}};
  D.Name = nameOf(Place);
  return counted(D, Reg, Reason);
}

std::string Carrier::first(Register Reg) {
  std::string Reason = refusal(Reg);
  if (Reason.empty())
    Wishes.Places[Reg] = QueuePlace::First;
  return counted({DecisionKind::First, {}}, Reg, Reason);
}

std::string Carrier::last(Register Reg) {
  std::string Reason = refusal(Reg);
  if (Reason.empty())
    Wishes.Places[Reg] = QueuePlace::Last;
  return counted({DecisionKind::Last, {}}, Reg, Reason);
}

std::string Carrier::keep(Register Reg) {
  std::string Reason = refusal(Reg);
  if (Reason.empty())
    Wishes.Fixed.insert(Reg);
  return counted({DecisionKind::Keep, {}}, Reg, Reason);
}

std::string Carrier::weight(Register Reg, double Factor) {
  std::string Reason = refusal(Reg);
  if (Reason.empty() && !(Factor >= 0 && Factor <= MaximalFactor)) // NaN is neither
    Reason = "the factor is no number from 0 to 1000000";
  if (Reason.empty())
    Wishes.Factors[Reg] = static_cast<float>(Factor);
  Decision D{DecisionKind::Weight, {}};
  D.Factor = Factor;
  return counted(D, Reg, Reason);
}

std::string Carrier::setting(StringRef Name, StringRef Value) {
  std::string Reason = Options.set(Name, Value);
  return counted({DecisionKind::Setting, {}, 0, SpillSide::None, 1, Name.str(), Value.str()}, Register(), Reason);
}

std::string Carrier::nameOf(MCRegister Place) const { return Place ? A.VRM.getTargetRegInfo().getName(Place) : ""; }

std::string Carrier::counted(Decision D, Register Reg, std::string Reason) {
  return Log.note(std::move(D), Reg ? Names.nameOf(Reg) : NodeName(), std::move(Reason));
}

void Carrier::carryOut(ArrayRef<Decision> Decisions) {
  const std::vector<Decision> Single = withoutGroups(Decisions, *this);
  for (bool Edits : {true, false}) {
    for (const Decision &D : Single)
      if (D.edits() == Edits)
        carryOut(D);
    endEdits();
  }
}

void Carrier::carryOut(const Decision &D) {
  Register Reg = Names.find(D.Node);
  SmallVector<Register, 4> New;
  switch (D.Kind) {
  case DecisionKind::Split:
  case DecisionKind::SplitLoop:
    split(Reg, D, New);
    return;
  case DecisionKind::Spill:
    spill(Reg);
    return;
  case DecisionKind::Assign:
    assign(Reg, registerNamed(D.Name));
    return;
  case DecisionKind::Hint:
    hint(Reg, registerNamed(D.Name));
    return;
  case DecisionKind::First:
    first(Reg);
    return;
  case DecisionKind::Last:
    last(Reg);
    return;
  case DecisionKind::Keep:
    keep(Reg);
    return;
  case DecisionKind::Weight:
    weight(Reg, D.Factor);
    return;
  case DecisionKind::Setting:
    setting(D.Name, D.Value);
    return;
  }
}

void Carrier::installAdvisors(AnalysisResolver &Resolver) {
  RegistersBeforeGreedy = MRI.getNumVirtRegs();
  AdvisorMakers Makers;
  if (!Wishes.Fixed.empty())
    Makers.Eviction = [this](const MachineFunction &MF, const RAGreedy &RA, auto Stock) {
      return std::make_unique<EvictionAdvisor>(MF, RA, std::move(Stock), Wishes);
    };
  if (Wishes.isOrdered())
    Makers.Priority = [this](const MachineFunction &MF, const RAGreedy &RA, SlotIndexes &Indexes, auto Stock) {
      return std::make_unique<PriorityAdvisor>(MF, RA, Indexes, std::move(Stock), Wishes);
    };
  Sways = std::make_unique<Advisors>(Allocator, A.MF, std::move(Makers));
  Sways->install(Resolver);
}

void Carrier::finish() {
  Assigned.restoreMoved(Count);
  Options.restore();
  if (IsEdited)
    narrowClasses(A, RegistersBeforeGreedy);
  Count.ForcedAway = Wishes.ForcedAway;
  Assigned.countKept(Count);
}

} // namespace mlra
