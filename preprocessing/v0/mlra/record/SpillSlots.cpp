//===- SpillSlots.cpp - Accesses to the slots that the allocator made ----------===//
#include "record/SpillSlots.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/CodeGen/MachineMemOperand.h"
#include "llvm/CodeGen/PseudoSourceValue.h"

using namespace llvm;

namespace mlra {

std::optional<int> SpillSlots::firstOf(ArrayRef<const MachineMemOperand *> Accesses) const {
  for (const MachineMemOperand *Access : Accesses)
    if (int Object = cast<FixedStackPseudoSourceValue>(Access->getPseudoValue())->getFrameIndex(); contains(Object))
      return Object;
  return std::nullopt;
}

std::optional<int> SpillSlots::read(const MachineInstr &MI) const {
  SmallVector<const MachineMemOperand *, 2> Accesses;
  TII.hasLoadFromStackSlot(MI, Accesses);
  return firstOf(Accesses);
}

std::optional<int> SpillSlots::written(const MachineInstr &MI) const {
  SmallVector<const MachineMemOperand *, 2> Accesses;
  TII.hasStoreToStackSlot(MI, Accesses);
  return firstOf(Accesses);
}

bool SpillSlots::isWritten(const MachineInstr &MI, int Object) const {
  SmallVector<const MachineMemOperand *, 2> Accesses;
  TII.hasStoreToStackSlot(MI, Accesses);
  return any_of(Accesses, [&](const MachineMemOperand *Access) {
    return cast<FixedStackPseudoSourceValue>(Access->getPseudoValue())->getFrameIndex() == Object;
  });
}

} // namespace mlra
