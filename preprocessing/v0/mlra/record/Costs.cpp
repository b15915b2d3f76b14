//===- Costs.cpp - What the allocator's answer costs ---------------------------===//
#include "record/Costs.h"

#include "LLVMCompat.h"
#include "record/CalleeSaved.h"
#include "record/SpillSlots.h"

#include "llvm/ADT/SmallSet.h"
#include "llvm/CodeGen/MachineMemOperand.h"
#include "llvm/CodeGen/TargetOpcodes.h"

#include <algorithm>

using namespace llvm;

namespace mlra {

namespace {

class CostCounter {
public:
  CostCounter(const Analyses &A, const Problem &Recorded, Costs &Result)
      : A(A), Recorded(Recorded), TII(*A.MF.getSubtarget().getInstrInfo()), Slots(A.MF, Recorded.FirstSlot),
        Result(Result) {}

  void count(const MachineInstr &MI, double Frequency) {
    if (auto Copy = TII.isCopyInstr(MI)) {
      if (staysACopy(*Copy))
        Result.Copies.add(1, Frequency);
      return;
    }
    auto [Kind, Times] = spillAccesses(MI);
    if (Kind)
      Kind->add(Times, Frequency);
    Result.SpillCost += Frequency * Times;
  }

private:
  Register assigned(Register Reg) const { return Reg.isVirtual() ? Register(A.VRM.getPhys(Reg)) : Reg; }

  bool staysACopy(const DestSourcePair &Copy) const {
    const MachineOperand &To = *Copy.Destination, &From = *Copy.Source;
    auto IsGiven = [&](Register Reg) { return Reg.isPhysical() || Recorded.Given.contains(Reg); };
    if (IsGiven(To.getReg()) && IsGiven(From.getReg()))
      return false; // nothing that allocation decides
    const TargetRegisterInfo &TRI = *A.MF.getSubtarget().getRegisterInfo();
    auto Concrete = [&](const MachineOperand &MO) {
      Register Reg = assigned(MO.getReg());
      return Reg && MO.getSubReg() ? Register(TRI.getSubReg(Reg.asMCReg(), MO.getSubReg())) : Reg;
    };
    return Concrete(To) != Concrete(From);
  }

  /// What such an instruction records of a value is where it lies, and that may be a slot: nothing is loaded.
  static bool readsByAddress(const MachineInstr &MI) {
    unsigned Opcode = MI.getOpcode();
    return Opcode == TargetOpcode::STACKMAP || Opcode == TargetOpcode::PATCHPOINT || Opcode == TargetOpcode::STATEPOINT;
  }

  /// The different spill slots among the operands that the instruction, or what it stands for, needs in a register.
  unsigned slotsThatAreRead(const MachineInstr &MI) const {
    auto [First, Last] = TII.getPatchpointUnfoldableRange(MI);
    SmallSet<int, 8> Slots;
    for (unsigned Index = First; Index < std::min(Last, MI.getNumOperands()); ++Index)
      if (const MachineOperand &MO = MI.getOperand(Index); MO.isFI() && Slots.contains(MO.getIndex()))
        Slots.insert(MO.getIndex());
    return Slots.size();
  }

  /// How often the instruction reads or writes a spill slot. One that does both counts as a read, as in greedy.
  std::pair<Count *, unsigned> spillAccesses(const MachineInstr &MI) {
    int FrameIndex;
    if (TII.isLoadFromStackSlot(MI, FrameIndex) && Slots.contains(FrameIndex))
      return {&Result.Reloads, 1};
    if (TII.isStoreToStackSlot(MI, FrameIndex) && Slots.contains(FrameIndex))
      return {&Result.Spills, 1};
    SmallVector<const MachineMemOperand *, 2> Accesses;
    if (TII.hasLoadFromStackSlot(MI, Accesses) && Slots.containsAnyOf(Accesses))
      return {&Result.FoldedReloads, readsByAddress(MI) ? slotsThatAreRead(MI) : unsigned(Accesses.size())};
    Accesses.clear();
    if (TII.hasStoreToStackSlot(MI, Accesses) && Slots.containsAnyOf(Accesses))
      return {&Result.FoldedSpills, unsigned(Accesses.size())};
    return {nullptr, 0};
  }

  const Analyses &A;
  const Problem &Recorded;
  const TargetInstrInfo &TII;
  SpillSlots Slots;
  Costs &Result;
};

void countRematerializations(const Analyses &A, const Moves &M, Costs &Result) {
  const TargetInstrInfo &TII = *A.MF.getSubtarget().getInstrInfo();
  for (const Move &Inserted : M.Inserted)
    if (Inserted.Kind == MoveKind::Rematerialization && Inserted.To > 0) // one into a slot is a folded spill
      (TII.isAsCheapAsAMove(*Inserted.MI) ? Result.CheapRemats : Result.DearRemats)
          .add(1, A.MBFI.getBlockFreqRelativeToEntryBlock(Inserted.MI->getParent()));
}

} // namespace

Costs collectCosts(const Analyses &A, const Problem &Recorded, const Moves &M) {
  Costs Result;
  CostCounter Counter(A, Recorded, Result);
  for (const MachineBasicBlock &MBB : A.MF) {
    double Frequency = A.MBFI.getBlockFreqRelativeToEntryBlock(&MBB);
    for (const MachineInstr &MI : MBB)
      if (Positions::counts(MI))
        Counter.count(MI, Frequency);
  }
  countRematerializations(A, M, Result);
  Result.CalleeSaved = writtenCalleeSaved(A);
  if (!Result.CalleeSaved.empty())
    Result.CalleeSavedCost = Result.CalleeSaved.size() * savingFrequency(A);
  return Result;
}

} // namespace mlra
