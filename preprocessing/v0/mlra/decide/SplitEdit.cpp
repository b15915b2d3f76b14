//===- SplitEdit.cpp - One live range made two ----------------------------===//
#include "decide/SplitEdit.h"

#include "LLVMCompat.h"

#include "llvm/CodeGen/MachineInstrBuilder.h"

using namespace llvm;

namespace mlra {

SplitEdit::SplitEdit(const Analyses &A, Register Reg)
    : A(A), Old(A.LIS.getInterval(Reg)), Edit(&Old, New, A.MF, A.LIS, &A.VRM) {
  Head = Edit.createFrom(Reg);
  Tail = Edit.createFrom(Reg);
}

void SplitEdit::rewrite(function_ref<bool(const MachineInstr &)> IsInTail) {
  SmallVector<MachineOperand *, 16> Operands;
  for (MachineOperand &MO : A.MF.getRegInfo().reg_operands(Old.reg()))
    Operands.push_back(&MO);
  for (MachineOperand *MO : Operands) {
    const MachineInstr &MI = *MO->getParent();
    bool Inside = !MI.isDebugInstr() && IsInTail(MI);
    if (MO->isUse())
      MO->setIsKill(false); // the rewriter adds these flags anew
    else
      MO->setIsDead(false);
    MO->setReg(Inside ? Tail : Head);
  }
}

void SplitEdit::copy(MachineBasicBlock &MBB, MachineBasicBlock::iterator Where, Register To, Register From) {
  const TargetInstrInfo &TII = *A.MF.getSubtarget().getInstrInfo();
  MachineInstr *Copy = BuildMI(MBB, Where, DebugLoc(), TII.get(TargetOpcode::COPY), To).addReg(From);
  A.LIS.InsertMachineInstrInMaps(*Copy);
}

SplitResult SplitEdit::finish() {
  SplitResult Result;
  compute(Head, Result.Heads);
  compute(Tail, Result.Tails);
  // The order does not depend on how a register's operands are chained: whoever reads the function can tell it, too.
  Result.All = {Result.Heads.front(), Result.Tails.front()};
  Result.All.append(Result.Heads.begin() + 1, Result.Heads.end());
  Result.All.append(Result.Tails.begin() + 1, Result.Tails.end());
  return Result;
}

/// A range may fall apart into pieces that nothing connects: each is a register of its own.
void SplitEdit::compute(Register Part, SmallVectorImpl<Register> &Pieces) {
  if (A.LIS.hasInterval(Part))
    A.LIS.removeInterval(Part);
  LiveInterval &LI = A.LIS.createAndComputeVirtRegInterval(Part);
  Pieces.push_back(Part);
  SmallVector<LiveInterval *, 4> Others;
  A.LIS.splitSeparateComponents(LI, Others);
  for (const LiveInterval *Other : Others) {
    A.VRM.setIsSplitFromReg(Other->reg(), A.VRM.getOriginal(Old.reg()));
    Pieces.push_back(Other->reg());
  }
  llvm::stable_sort(Pieces, [&](Register One, Register Other) {
    const LiveInterval &First = A.LIS.getInterval(One), &Second = A.LIS.getInterval(Other);
    if (First.empty() || Second.empty()) // only read, as undef
      return !First.empty() && Second.empty();
    return First.beginIndex() < Second.beginIndex();
  });
}

namespace {

/// Whether it loads a part of a register whose other parts nobody has defined. Copies of all of it are right, and
/// LLVM 19's optimiser of loads and stores for AArch64, which makes one load of two, forgets that all is defined then:
/// its verifier complains of the copy.
bool loadsPartOfUndefined(const MachineInstr &MI, Register Reg, const TargetRegisterInfo &TRI, LaneBitmask All) {
  return LLVM_VERSION_MAJOR < 22 && MI.mayLoad() && any_of(MI.all_defs(), [&](const MachineOperand &Def) {
           return Def.getReg() == Reg && Def.isUndef() && (All & ~TRI.getSubRegIndexLaneMask(Def.getSubReg())).any();
         });
}

} // namespace

std::string refusalOfAnySplit(const Analyses &A, Register Reg) {
  const MachineRegisterInfo &MRI = A.MF.getRegInfo();
  const LiveInterval &LI = A.LIS.getInterval(Reg);
  if (!LI.isSpillable())
    return "it cannot be spilled";
  if (LI.hasSubRanges())
    return "its lanes live apart";
  if (A.MF.hasEHFunclets())
    return "the function has funclets";
  if (compat::copyCost(*MRI.getRegClass(Reg)) < 0)
    return "its class cannot be copied";
  const TargetRegisterInfo &TRI = *MRI.getTargetRegisterInfo();
  for (const MachineInstr &MI : MRI.reg_nodbg_instructions(Reg)) {
    if (loadsPartOfUndefined(MI, Reg, TRI, MRI.getMaxLaneMaskForVReg(Reg)))
      return "a part of it is loaded while the others are undefined";
    if (MI.isBundled())
      return "it is used in a bundle";
    if (MI.isTerminator() && MI.modifiesRegister(Reg, nullptr))
      return "a terminator defines it";
  }
  return "";
}

} // namespace mlra
