//===- SpillSlots.h - Accesses to the slots that the allocator made ------------===//
#ifndef MLRA_RECORD_SPILLSLOTS_H
#define MLRA_RECORD_SPILLSLOTS_H

#include "llvm/CodeGen/MachineFrameInfo.h"
#include "llvm/CodeGen/MachineFunction.h"
#include "llvm/CodeGen/TargetInstrInfo.h"
#include "llvm/CodeGen/TargetSubtargetInfo.h"

#include <optional>

namespace mlra {

/// The spill slots of one allocator: those of an earlier one in the pipeline are the function's own memory.
class SpillSlots {
public:
  SpillSlots(const llvm::MachineFunction &MF, int First)
      : TII(*MF.getSubtarget().getInstrInfo()), MFI(MF.getFrameInfo()), First(First) {}

  bool contains(int Object) const { return Object >= First && MFI.isSpillSlotObjectIndex(Object); }

  /// -1 - the number of the slot, from 0: how records tell a slot from a register.
  int place(int Object) const { return -1 - (Object - First); }

  /// The slot that the instruction reads or writes.
  std::optional<int> read(const llvm::MachineInstr &MI) const;
  std::optional<int> written(const llvm::MachineInstr &MI) const;

  /// Whether the instruction writes this one.
  bool isWritten(const llvm::MachineInstr &MI, int Object) const;

  bool isRead(const llvm::MachineInstr &MI) const { return read(MI).has_value(); }

  bool containsAnyOf(llvm::ArrayRef<const llvm::MachineMemOperand *> Accesses) const {
    return firstOf(Accesses).has_value();
  }

private:
  std::optional<int> firstOf(llvm::ArrayRef<const llvm::MachineMemOperand *> Accesses) const;

  const llvm::TargetInstrInfo &TII;
  const llvm::MachineFrameInfo &MFI;
  int First;
};

} // namespace mlra

#endif
