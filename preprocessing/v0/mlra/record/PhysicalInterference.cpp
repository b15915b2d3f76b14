//===- PhysicalInterference.cpp - Registers that are taken before allocation ---===//
#include "record/PhysicalInterference.h"

#include "LLVMCompat.h"

#include "llvm/CodeGen/MachineRegisterInfo.h"

using namespace llvm;

namespace mlra {

PhysicalInterference::PhysicalInterference(const Analyses &A)
    : A(A), TRI(*A.MF.getSubtarget().getRegisterInfo()) {
  const MachineRegisterInfo &MRI = A.MF.getRegInfo();
  // Ask only for the units of registers that an instruction or the function's entry names: LiveIntervals computes a
  // unit's range when it is first asked for, and nearly all of a target's units are never named.
  BitVector Named(TRI.getNumRegUnits());
  auto NameUnits = [&](MCRegister Reg) {
    for (auto Unit : TRI.regunits(Reg))
      Named.set(compat::unitNumber(Unit));
  };
  for (unsigned Reg = 1; Reg < TRI.getNumRegs(); ++Reg)
    if (!MRI.reg_nodbg_empty(MCRegister(Reg)))
      NameUnits(MCRegister(Reg));
  for (const MachineBasicBlock &MBB : A.MF)
    for (const auto &LiveIn : MBB.liveins())
      NameUnits(LiveIn.PhysReg);

  for (unsigned Unit : Named.set_bits()) {
    if (MRI.isReservedRegUnit(static_cast<MCRegUnit>(Unit)))
      continue;
    const LiveRange &Range = A.LIS.getRegUnit(static_cast<MCRegUnit>(Unit));
    if (!Range.empty())
      Taken.push_back({Unit, &Range});
  }
}

BitVector PhysicalInterference::takenUnits(const LiveInterval &LI) const {
  BitVector Units(TRI.getNumRegUnits());
  for (const TakenUnit &T : Taken)
    if (T.Range->overlaps(LI))
      Units.set(T.Unit);
  return Units;
}

bool PhysicalInterference::hasUnitIn(MCRegister Reg, const BitVector &Units) const {
  for (auto Unit : TRI.regunits(Reg))
    if (Units.test(compat::unitNumber(Unit)))
      return true;
  return false;
}

// An overlap that is only a copy between the two (`%1 = COPY $edi` while $edi lives on) is no interference. Only
// LiveRegMatrix can tell, and it is asked only where there is an overlap at all.
std::vector<MCPhysReg> PhysicalInterference::forbidden(const LiveInterval &LI) const {
  std::vector<MCPhysReg> Result;
  if (LI.empty())
    return Result;
  const MachineRegisterInfo &MRI = A.MF.getRegInfo();
  BitVector Usable; // stays empty where no call's mask lies within the interval
  bool CrossesMask = A.LIS.checkRegMaskInterference(LI, Usable);
  BitVector Units = takenUnits(LI);
  for (MCPhysReg Reg : MRI.getRegClass(LI.reg())->getRawAllocationOrder(A.MF)) {
    if (MRI.isReserved(Reg))
      continue;
    if ((CrossesMask && !Usable.test(Reg)) || (hasUnitIn(Reg, Units) && A.Matrix.checkRegUnitInterference(LI, Reg)))
      Result.push_back(Reg);
  }
  return Result;
}

} // namespace mlra
