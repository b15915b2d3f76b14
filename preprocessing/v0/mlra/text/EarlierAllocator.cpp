//===- EarlierAllocator.cpp - What an earlier allocator of the pipeline left --===//
#include "text/EarlierAllocator.h"

#include "LLVMCompat.h"
#include "record/GivenRegister.h"
#include "text/OrderNotes.h"

#include "llvm/CodeGen/MachineRegisterInfo.h"
#include "llvm/IR/Function.h"

#include <algorithm>

using namespace llvm;

namespace mlra {

Register printedHint(const MachineRegisterInfo &MRI, const VirtRegMap &VRM, Register Reg) {
  Register Hint = MRI.getSimpleHint(Reg);
  return isGiven(Reg, VRM) || isGiven(Hint, VRM) ? Register() : Hint;
}

bool HintOrder::holds(unsigned Index, Register Hint) {
  Named = std::max(Named, Index + 1);
  if (!Hint.isVirtual())
    return true;
  if (Hint.virtRegIndex() > Named)
    return false;
  Named = std::max(Named, Hint.virtRegIndex() + 1);
  return true;
}

std::string describeCopyHints(const MachineFunction &MF, const VirtRegMap &VRM) {
  const MachineRegisterInfo &MRI = MF.getRegInfo();
  std::string Description;
  HintOrder Order;
  for (unsigned Index = 0; Index < MRI.getNumVirtRegs(); ++Index) {
    Register Reg = Register::index2VirtReg(Index);
    ArrayRef<Register> Hints = compat::allocationHints(MRI, Reg);
    bool IsHeld = Order.holds(Index, printedHint(MRI, VRM, Reg)) && Hints.size() < 2;
    if (IsHeld || isGiven(Reg, VRM) || MRI.reg_nodbg_empty(Reg) || MRI.getRegAllocationHint(Reg).first)
      continue;
    SmallVector<unsigned, 4> Virtual;
    for (Register Hint : Hints)
      if (Hint.isVirtual() && !isGiven(Hint, VRM))
        Virtual.push_back(Hint.virtRegIndex());
    if (!Virtual.empty())
      appendNumbers(Description, Index, Virtual);
  }
  return Description;
}

std::string describeNotSpillable(const MachineFunction &MF, const LiveIntervals &LIS, const VirtRegMap &VRM) {
  const MachineRegisterInfo &MRI = MF.getRegInfo();
  std::string Description;
  for (unsigned Index = 0; Index < MRI.getNumVirtRegs(); ++Index) {
    Register Reg = Register::index2VirtReg(Index);
    if (isGiven(Reg, VRM) || MRI.reg_nodbg_empty(Reg) || LIS.getInterval(Reg).isSpillable())
      continue;
    (Description += Description.empty() ? "" : " ") += std::to_string(Index);
  }
  return Description;
}

void restoreEarlierAllocator(MachineFunction &MF, LiveIntervals &LIS) {
  MachineRegisterInfo &MRI = MF.getRegInfo();
  const Function &F = MF.getFunction();
  SmallVector<StringRef, 8> NotSpillable;
  F.getFnAttribute(NotSpillableAttribute).getValueAsString().split(NotSpillable, ' ', /*MaxSplit=*/-1,
                                                                    /*KeepEmpty=*/false);
  for (StringRef Word : NotSpillable)
    if (unsigned Index; !Word.getAsInteger(10, Index) && Index < MRI.getNumVirtRegs())
      LIS.getInterval(Register::index2VirtReg(Index)).markNotSpillable();
  forEachNumbers(F.getFnAttribute(CopyHintsAttribute).getValueAsString(), [&](unsigned Index, ArrayRef<unsigned> Hints) {
    if (Index >= MRI.getNumVirtRegs() || any_of(Hints, [&](unsigned H) { return H >= MRI.getNumVirtRegs(); }))
      return; // the text was edited
    MRI.clearSimpleHint(Register::index2VirtReg(Index));
    for (unsigned Hint : Hints)
      MRI.addRegAllocationHint(Register::index2VirtReg(Index), Register::index2VirtReg(Hint));
  });
}

} // namespace mlra
