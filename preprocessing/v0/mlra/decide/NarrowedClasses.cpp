//===- NarrowedClasses.cpp - Classes as narrow as instructions want -------===//
#include "decide/NarrowedClasses.h"

#include "llvm/CodeGen/MachineRegisterInfo.h"
#include "llvm/CodeGen/TargetInstrInfo.h"
#include "llvm/CodeGen/TargetRegisterInfo.h"
#include "llvm/CodeGen/TargetSubtargetInfo.h"

using namespace llvm;

namespace mlra {

namespace {

/// The class that an operand's register must have, as LLVM's verifier asks for it; null for any.
const TargetRegisterClass *wantedClass(const Analyses &A, const MachineOperand &MO) {
  const TargetSubtargetInfo &Target = A.MF.getSubtarget();
  const TargetRegisterInfo &TRI = *Target.getRegisterInfo();
  const MachineInstr &MI = *MO.getParent();
  const TargetRegisterClass *Wanted =
      MI.getRegClassConstraint(MO.getOperandNo(), Target.getInstrInfo(), Target.getRegisterInfo());
  if (!Wanted || !MO.getSubReg())
    return Wanted;
  const TargetRegisterClass *Widest = TRI.getLargestLegalSuperClass(A.MF.getRegInfo().getRegClass(MO.getReg()), A.MF);
  return TRI.getMatchingSuperRegClass(Widest, Wanted, MO.getSubReg());
}

} // namespace

void narrowClasses(const Analyses &A, unsigned First) {
  MachineRegisterInfo &MRI = A.MF.getRegInfo();
  for (unsigned I = First; I < MRI.getNumVirtRegs(); ++I) {
    Register Reg = Register::index2VirtReg(I);
    if (!A.VRM.hasPhys(Reg))
      continue;
    for (const MachineOperand &MO : MRI.reg_nodbg_operands(Reg)) {
      const TargetRegisterClass *Wanted = wantedClass(A, MO);
      if (Wanted && !MRI.getRegClass(Reg)->hasSuperClassEq(Wanted) && Wanted->contains(A.VRM.getPhys(Reg)))
        MRI.constrainRegClass(Reg, Wanted);
    }
  }
}

} // namespace mlra
