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

  /// Index of the first instruction of each block, in layout order.
  const std::vector<int> &blockStarts() const { return BlockStarts; }

  int instructionCount() const { return Count; }

  /// Whether an instruction has a slot of its own, and so an index.
  static bool counts(const llvm::MachineInstr &MI) {
    return !MI.isDebugOrPseudoInstr() && !MI.isInsideBundle();
  }

private:
  unsigned raw(llvm::SlotIndex Slot) const { return static_cast<unsigned>(Zero.distance(Slot.getBaseIndex())); }

  llvm::SlotIndex Zero;
  std::vector<int> InstructionOfRaw; ///< indexed by raw slot number / Step
  std::vector<int> BlockStarts;
  int Count = 0;

  /// Slot indices of two instructions differ at least by the number of slots of one.
  static constexpr unsigned Step = 4;
};

} // namespace mlra

#endif
