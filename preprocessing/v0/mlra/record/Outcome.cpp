//===- Outcome.cpp - What LLVM's allocator decided and what that costs ---------===//
#include "record/Outcome.h"

#include "LLVMCompat.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SmallSet.h"
#include "llvm/CodeGen/MachineMemOperand.h"
#include "llvm/CodeGen/MachineRegisterInfo.h"
#include "llvm/CodeGen/PseudoSourceValue.h"
#include "llvm/CodeGen/TargetOpcodes.h"

#include <algorithm>

using namespace llvm;

namespace mlra {

namespace {

/// What became of one original register.
struct Remains {
  bool WasEdited = false; ///< the allocator made new registers from it
  unsigned Registers = 0; ///< virtual registers that some instruction still names
  Register Last;          ///< one of them
  bool CopiedWithin = false;
};

DenseMap<Register, Remains> collectRemains(const Analyses &A) {
  const MachineRegisterInfo &MRI = A.MF.getRegInfo();
  const TargetInstrInfo &TII = *A.MF.getSubtarget().getInstrInfo();
  DenseMap<Register, Remains> RemainsOf;
  for (unsigned I = 0; I < MRI.getNumVirtRegs(); ++I) {
    Register Reg = Register::index2VirtReg(I);
    Register Original = A.VRM.getOriginal(Reg);
    Remains &R = RemainsOf[Original];
    R.WasEdited |= Reg != Original;
    if (MRI.reg_nodbg_empty(Reg))
      continue;
    ++R.Registers;
    R.Last = Reg;
    for (const MachineInstr &MI : MRI.def_instructions(Reg)) {
      auto Copy = TII.isCopyInstr(MI);
      if (!Copy)
        continue;
      Register Source = Copy->Source->getReg();
      R.CopiedWithin |= Source.isVirtual() && Source != Reg && A.VRM.getOriginal(Source) == Original;
    }
  }
  return RemainsOf;
}

NodeOutcome fateOf(const Analyses &A, const Node &N, const Remains &R) {
  if (A.VRM.getStackSlot(N.Reg) != VirtRegMap::NO_STACK_SLOT)
    return {Fate::Spilled, 0};
  if (!R.Registers) // folded, definition and all, into the instructions that used it; or dead
    return {R.WasEdited ? Fate::Rematerialized : Fate::Eliminated, 0};
  if (R.Registers == 1 && (!R.WasEdited || A.LIS.getInterval(R.Last).getSize() == N.Size))
    return {Fate::Assigned, static_cast<MCPhysReg>(A.VRM.getPhys(R.Last).id())};
  return {R.CopiedWithin ? Fate::Split : Fate::Rematerialized, 0};
}

class CostCounter {
public:
  CostCounter(const Analyses &A, const Problem &Recorded, Outcome &Result)
      : A(A), Recorded(Recorded), TII(*A.MF.getSubtarget().getInstrInfo()), MFI(A.MF.getFrameInfo()), Result(Result) {}

  void count(const MachineInstr &MI, double Frequency) {
    if (auto Copy = TII.isCopyInstr(MI)) {
      if (staysACopy(*Copy)) {
        ++Result.Copies;
        Result.CopyCost += Frequency;
      }
      return;
    }
    Result.SpillCost += Frequency * countSpillAccesses(MI);
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

  bool isSpillSlot(int Object) const { return Object >= Recorded.FirstSlot && MFI.isSpillSlotObjectIndex(Object); }

  bool touchesSpillSlot(ArrayRef<const MachineMemOperand *> Accesses) const {
    return any_of(Accesses, [&](const MachineMemOperand *Access) {
      return isSpillSlot(cast<FixedStackPseudoSourceValue>(Access->getPseudoValue())->getFrameIndex());
    });
  }

  /// What such an instruction records of a value is where it lies, and that may be a slot: nothing is loaded.
  static bool readsByAddress(const MachineInstr &MI) {
    unsigned Opcode = MI.getOpcode();
    return Opcode == TargetOpcode::STACKMAP || Opcode == TargetOpcode::PATCHPOINT || Opcode == TargetOpcode::STATEPOINT;
  }

  /// The different spill slots among the operands that the instruction, or what it stands for, needs in a register.
  size_t slotsThatAreRead(const MachineInstr &MI) const {
    auto [First, Last] = TII.getPatchpointUnfoldableRange(MI);
    SmallSet<int, 8> Slots;
    for (unsigned Index = First; Index < std::min(Last, MI.getNumOperands()); ++Index)
      if (const MachineOperand &MO = MI.getOperand(Index); MO.isFI() && isSpillSlot(MO.getIndex()))
        Slots.insert(MO.getIndex());
    return Slots.size();
  }

  /// How often the instruction reads or writes a spill slot. One that does both counts as a read, as in greedy.
  unsigned countSpillAccesses(const MachineInstr &MI) {
    auto Add = [](unsigned &Counter, size_t Count) {
      Counter += Count;
      return static_cast<unsigned>(Count);
    };
    int FrameIndex;
    if (TII.isLoadFromStackSlot(MI, FrameIndex) && isSpillSlot(FrameIndex))
      return Add(Result.Reloads, 1);
    if (TII.isStoreToStackSlot(MI, FrameIndex) && isSpillSlot(FrameIndex))
      return Add(Result.Spills, 1);
    SmallVector<const MachineMemOperand *, 2> Accesses;
    if (TII.hasLoadFromStackSlot(MI, Accesses) && touchesSpillSlot(Accesses))
      return Add(Result.FoldedReloads, readsByAddress(MI) ? slotsThatAreRead(MI) : Accesses.size());
    Accesses.clear();
    if (TII.hasStoreToStackSlot(MI, Accesses) && touchesSpillSlot(Accesses))
      return Add(Result.FoldedSpills, Accesses.size());
    return 0;
  }

  const Analyses &A;
  const Problem &Recorded;
  const TargetInstrInfo &TII;
  const MachineFrameInfo &MFI;
  Outcome &Result;
};

} // namespace

Outcome collectOutcome(const Analyses &A, const Problem &Recorded) {
  Outcome Result;
  DenseMap<Register, Remains> RemainsOf = collectRemains(A);
  Result.Nodes.reserve(Recorded.Nodes.size());
  for (const Node &N : Recorded.Nodes)
    Result.Nodes.push_back(fateOf(A, N, RemainsOf.lookup(N.Reg)));
  CostCounter Counter(A, Recorded, Result);
  for (const MachineBasicBlock &MBB : A.MF) {
    double Frequency = A.MBFI.getBlockFreqRelativeToEntryBlock(&MBB);
    for (const MachineInstr &MI : MBB)
      if (Positions::counts(MI))
        Counter.count(MI, Frequency);
  }
  return Result;
}

} // namespace mlra
