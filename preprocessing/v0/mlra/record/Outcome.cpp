//===- Outcome.cpp - What LLVM's allocator decided, in one word a node ---------===//
#include "record/Outcome.h"

#include "LLVMCompat.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/CodeGen/MachineRegisterInfo.h"

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

} // namespace

Outcome collectOutcome(const Analyses &A, const Problem &Recorded) {
  Outcome Result;
  DenseMap<Register, Remains> RemainsOf = collectRemains(A);
  Result.Nodes.reserve(Recorded.Nodes.size());
  for (const Node &N : Recorded.Nodes)
    Result.Nodes.push_back(fateOf(A, N, RemainsOf.lookup(N.Reg)));
  return Result;
}

} // namespace mlra
