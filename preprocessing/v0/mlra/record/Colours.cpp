//===- Colours.cpp - The small numbers by which registers are known to a model -===//
#include "record/Colours.h"

#include "llvm/CodeGen/MachineRegisterInfo.h"
#include "llvm/CodeGen/TargetFrameLowering.h"
#include "llvm/CodeGen/TargetRegisterInfo.h"
#include "llvm/CodeGen/TargetSubtargetInfo.h"

using namespace llvm;

namespace mlra {

std::map<unsigned, unsigned> colours(const MachineFunction &MF) {
  const MachineRegisterInfo &MRI = MF.getRegInfo();
  const TargetRegisterInfo &TRI = *MF.getSubtarget().getRegisterInfo();
  bool HasFramePointer = MF.getSubtarget().getFrameLowering()->hasFP(MF);
  auto IsUsable = [&](MCPhysReg Reg) {
    return !MRI.isReserved(Reg) || (HasFramePointer && TRI.regsOverlap(Reg, TRI.getFrameRegister(MF)));
  };
  std::map<unsigned, unsigned> ColourOf;
  for (const TargetRegisterClass *RC : TRI.regclasses())
    if (RC->isAllocatable())
      for (MCPhysReg Reg : *RC)
        if (IsUsable(Reg))
          ColourOf[Reg] = 0;
  unsigned Next = 1;
  for (auto &Entry : ColourOf)
    Entry.second = Next++;
  return ColourOf;
}

} // namespace mlra
