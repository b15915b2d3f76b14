//===- GivenRegister.cpp - Registers given before the allocator runs -----------===//
#include "record/GivenRegister.h"

#include "llvm/CodeGen/TargetRegisterInfo.h"

using namespace llvm;

namespace mlra {

Register givenRegister(const MachineOperand &MO, const VirtRegMap &VRM) {
  Register Reg = MO.getReg();
  if (!isGiven(Reg, VRM))
    return Reg;
  MCRegister Given = VRM.getPhys(Reg);
  return MO.getSubReg() ? Register(VRM.getTargetRegInfo().getSubReg(Given, MO.getSubReg())) : Register(Given);
}

DenseSet<Register> givenRegisters(const MachineRegisterInfo &MRI, const VirtRegMap &VRM) {
  DenseSet<Register> Given;
  for (unsigned I = 0; I < MRI.getNumVirtRegs(); ++I)
    if (Register Reg = Register::index2VirtReg(I); isGiven(Reg, VRM))
      Given.insert(Reg);
  return Given;
}

} // namespace mlra
