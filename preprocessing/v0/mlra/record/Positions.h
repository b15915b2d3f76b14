//===- Positions.h - Instruction indices for slot indices ----------------------===//
//
// Episodes count instructions from 0 in layout order, without debug and pseudo-probe instructions; LLVM's live ranges
// speak of slot indices, which have gaps and belong to one compilation. This is the one place that translates.
//
//===----------------------------------------------------------------------===//
#ifndef MLRA_RECORD_POSITIONS_H
#define MLRA_RECORD_POSITIONS_H

#include "llvm/CodeGen/MachineFunction.h"
#include "llvm/CodeGen/SlotIndexes.h"

#include <vector>

namespace mlra {

class Positions {
public:
  Positions(const llvm::MachineFunction &MF, llvm::SlotIndexes &Indexes);

  /// Index of the first instruction at or behind the slot.
  int instructionAt(llvm::SlotIndex Slot) const;

  /// First instruction that a live segment does not reach any more. A register that is read last at instruction i ends
  /// at i; one that is written and never read ends at i + 1, so that a dead definition still covers its instruction.
  int segmentEnd(llvm::SlotIndex Slot) const { return instructionAt(Slot) + (Slot.isDead() ? 1 : 0); }

  /// Positions are instruction indices doubled: 2 i is the place right in front of instruction i and behind all that an
  /// allocator inserts there, 2 i + 1 the one right behind it. Ranges of positions are half open.
  int positionOfBegin(llvm::SlotIndex Slot) const;
  int positionOfEnd(llvm::SlotIndex Slot) const;

  /// Index of the first instruction of each block, in layout order.
  const std::vector<int> &blockStarts() const { return BlockStarts; }

  /// Index of a block in layout order.
  int blockIndex(const llvm::MachineBasicBlock &MBB) const { return IndexOfBlock[MBB.getNumber()]; }

  int instructionCount() const { return Count; }

  /// Whether an instruction has a slot of its own, and so an index.
  static bool counts(const llvm::MachineInstr &MI) {
    return !MI.isDebugOrPseudoInstr() && !MI.isInsideBundle();
  }

private:
  bool isInstructions(llvm::SlotIndex Slot, int Instruction) const {
    return Instruction < Count && RawOfInstruction[Instruction] == raw(Slot);
  }

  unsigned raw(llvm::SlotIndex Slot) const { return static_cast<unsigned>(Zero.distance(Slot.getBaseIndex())); }

  llvm::SlotIndex Zero;
  std::vector<unsigned> RawOfInstruction;
  std::vector<int> InstructionOfRaw; ///< indexed by raw slot number / Step
  std::vector<int> BlockStarts;
  std::vector<int> IndexOfBlock; ///< by the block's number
  int Count = 0;

  /// Slot indices of two instructions differ at least by the number of slots of one.
  static constexpr unsigned Step = 4;
};

} // namespace mlra

#endif
