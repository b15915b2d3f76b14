//===- CalleeSaved.cpp - Registers that the function must save -----------------===//
#include "record/CalleeSaved.h"

#include "LLVMCompat.h"

#include "llvm/ADT/BitVector.h"
#include "llvm/CodeGen/MachineRegisterInfo.h"

using namespace llvm;

namespace mlra {

std::vector<MCPhysReg> writtenCalleeSaved(const Analyses &A) {
  const MachineRegisterInfo &MRI = A.MF.getRegInfo();
  const TargetRegisterInfo &TRI = *A.MF.getSubtarget().getRegisterInfo();
  BitVector Assigned(TRI.getNumRegs());
  for (unsigned I = 0; I < MRI.getNumVirtRegs(); ++I)
    if (Register Reg = Register::index2VirtReg(I); A.VRM.hasPhys(Reg) && !MRI.def_empty(Reg))
      Assigned.set(A.VRM.getPhys(Reg).id());
  std::vector<MCPhysReg> Written;
  for (const MCPhysReg *Saved = MRI.getCalleeSavedRegs(); Saved && *Saved; ++Saved)
    for (MCRegAliasIterator Alias(*Saved, &TRI, /*IncludeSelf=*/true); Alias.isValid(); ++Alias)
      if (Assigned.test(MCRegister(*Alias).id()) || !MRI.def_empty(*Alias)) {
        Written.push_back(*Saved);
        break;
      }
  return Written;
}

double savingFrequency(const Analyses &A) {
  double Frequency = 1;
  for (const MachineBasicBlock &MBB : A.MF)
    if (MBB.isReturnBlock())
      Frequency += A.MBFI.getBlockFreqRelativeToEntryBlock(&MBB);
  return Frequency;
}

} // namespace mlra
