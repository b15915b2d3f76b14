//===- RegisterColumns.cpp - The registers that a policy's scores stand for ----===//
#include "decide/RegisterColumns.h"

#include "llvm/ADT/BitVector.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/CodeGen/TargetRegisterInfo.h"
#include "llvm/CodeGen/TargetSubtargetInfo.h"

using namespace llvm;

namespace mlra {

RegisterColumns::RegisterColumns(const MachineFunction &MF) {
  const TargetRegisterInfo &TRI = *MF.getSubtarget().getRegisterInfo();
  BitVector IsMember(TRI.getNumRegs());
  for (const TargetRegisterClass *RC : TRI.regclasses())
    if (RC->isAllocatable())
      for (MCPhysReg Reg : RC->getRawAllocationOrder(MF))
        IsMember.set(Reg);
  for (unsigned Reg : IsMember.set_bits())
    Registers.push_back(static_cast<MCPhysReg>(Reg));
}

std::string RegisterColumns::rename(const MachineFunction &MF, ArrayRef<std::string> Names) {
  const TargetRegisterInfo &TRI = *MF.getSubtarget().getRegisterInfo();
  StringMap<MCPhysReg> ByName;
  for (unsigned Reg = 1; Reg < TRI.getNumRegs(); ++Reg)
    ByName[StringRef(TRI.getName(Reg)).lower()] = static_cast<MCPhysReg>(Reg);
  std::vector<MCPhysReg> Named;
  for (const std::string &Name : Names) {
    auto Found = ByName.find(StringRef(Name).lower());
    if (Found == ByName.end())
      return "the target has no register " + Name;
    Named.push_back(Found->second);
  }
  Registers = std::move(Named);
  return "";
}

std::vector<uint8_t> RegisterColumns::allowed(const MachineFunction &MF, const Problem &P) const {
  const TargetRegisterInfo &TRI = *MF.getSubtarget().getRegisterInfo();
  std::vector<unsigned> ColumnOf(TRI.getNumRegs(), ~0u);
  for (unsigned Column = 0; Column < Registers.size(); ++Column)
    ColumnOf[Registers[Column]] = Column;
  std::vector<uint8_t> Allowed(P.Nodes.size() * Registers.size());
  for (size_t I = 0; I < P.Nodes.size(); ++I) {
    uint8_t *Row = &Allowed[I * Registers.size()];
    auto SetAll = [&](ArrayRef<MCPhysReg> Listed, uint8_t To) {
      for (MCPhysReg Reg : Listed)
        if (ColumnOf[Reg] != ~0u)
          Row[ColumnOf[Reg]] = To;
    };
    SetAll(TRI.getRegClass(P.Nodes[I].ClassID)->getRawAllocationOrder(MF), 1);
    SetAll(P.Reserved, 0);
    SetAll(P.Nodes[I].Forbidden, 0);
  }
  return Allowed;
}

} // namespace mlra
