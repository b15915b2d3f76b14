//===- TargetNames.cpp - Facts of a register file that are asked for all the time -===//
#include "record/TargetNames.h"

#include "LLVMCompat.h"

#include "llvm/ADT/BitVector.h"
#include "llvm/CodeGen/MachineRegisterInfo.h"
#include "llvm/CodeGen/TargetRegisterInfo.h"

using namespace llvm;

namespace mlra {

TargetNames::TargetNames(const TargetRegisterInfo &TRI) : Units(TRI.getNumRegUnits()), Masks(TRI) {
  Registers.push_back("$noreg");
  for (unsigned Reg = 1; Reg < TRI.getNumRegs(); ++Reg)
    Registers.push_back("$" + StringRef(TRI.getName(MCRegister(Reg))).lower());
  BitVector Allocatable(TRI.getNumRegs());
  for (const TargetRegisterClass *RC : TRI.regclasses()) {
    Classes.push_back(StringRef(TRI.getRegClassName(RC)).lower());
    if (RC->isAllocatable())
      for (MCPhysReg Reg : *RC)
        Allocatable.set(Reg);
  }
  Members.assign(Allocatable.set_bits_begin(), Allocatable.set_bits_end());
  for (MCPhysReg Reg : Members)
    for (auto Unit : TRI.regunits(Reg))
      Units.set(compat::unitNumber(Unit));
}

std::vector<MCPhysReg> TargetNames::reserved(const MachineFunction &MF) const {
  std::vector<MCPhysReg> Reserved;
  for (MCPhysReg Reg : Members)
    if (MF.getRegInfo().isReserved(Reg))
      Reserved.push_back(Reg);
  return Reserved;
}

} // namespace mlra
