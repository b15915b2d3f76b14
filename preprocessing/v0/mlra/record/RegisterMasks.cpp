//===- RegisterMasks.cpp - The target's masks of preserved registers ------===//
#include "record/RegisterMasks.h"

#include "llvm/CodeGen/MachineOperand.h"

#include <algorithm>

using namespace llvm;

namespace mlra {

RegisterMasks::RegisterMasks(const TargetRegisterInfo &TRI) : TRI(TRI) {
  int Place = 0;
  for (const uint32_t *Mask : TRI.getRegMasks())
    PlaceOf.try_emplace(Mask, Place++);
}

int RegisterMasks::find(const uint32_t *Mask) const {
  if (auto Found = PlaceOf.find(Mask); Found != PlaceOf.end())
    return Found->second;
  unsigned Words = MachineOperand::getRegMaskSize(TRI.getNumRegs());
  ArrayRef<const uint32_t *> Known = TRI.getRegMasks();
  auto Same = std::find_if(Known.begin(), Known.end(),
                           [&](const uint32_t *Other) { return std::equal(Mask, Mask + Words, Other); });
  return Same == Known.end() ? -1 : static_cast<int>(Same - Known.begin());
}

std::vector<MCPhysReg> RegisterMasks::preserved(const uint32_t *Mask) const {
  std::vector<MCPhysReg> Preserved;
  for (unsigned Reg = 1; Reg < TRI.getNumRegs(); ++Reg)
    if (!MachineOperand::clobbersPhysReg(Mask, Reg))
      Preserved.push_back(static_cast<MCPhysReg>(Reg));
  return Preserved;
}

} // namespace mlra
