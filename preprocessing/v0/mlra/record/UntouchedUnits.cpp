//===- UntouchedUnits.cpp - Register units as if nobody had asked ---------===//
#include "record/UntouchedUnits.h"

#include "LLVMCompat.h"

#include "llvm/CodeGen/MachineRegisterInfo.h"

using namespace llvm;

namespace mlra {

UntouchedUnits::UntouchedUnits(MachineFunction &MF, LiveIntervals &LIS)
    : MF(MF), LIS(LIS), Known(MF.getSubtarget().getRegisterInfo()->getNumRegUnits()) {
  for (unsigned Unit = 0; Unit < Known.size(); ++Unit)
    if (LIS.getCachedRegUnit(static_cast<MCRegUnit>(Unit)))
      Known.set(Unit);
  MachineRegisterInfo &MRI = MF.getRegInfo();
  for (unsigned Reg = 1; Reg < MF.getSubtarget().getRegisterInfo()->getNumRegs(); ++Reg)
    for (MachineOperand &MO : MRI.use_nodbg_operands(MCRegister(Reg)))
      if (MO.isKill())
        Kills.push_back(&MO);
}

UntouchedUnits::~UntouchedUnits() {
  for (unsigned Unit = 0; Unit < Known.size(); ++Unit)
    if (!Known.test(Unit) && LIS.getCachedRegUnit(static_cast<MCRegUnit>(Unit)))
      LIS.removeRegUnit(static_cast<MCRegUnit>(Unit));
  for (MachineOperand *MO : Kills)
    MO->setIsKill(true);
}

} // namespace mlra
