//===- NumberedCode.h - Instructions by the numbers of a recorded answer --------===//
#ifndef MLRA_DECIDE_NUMBEREDCODE_H
#define MLRA_DECIDE_NUMBEREDCODE_H

#include "decide/RecordedParts.h"

#include "llvm/ADT/DenseMap.h"

#include <optional>
#include <vector>

namespace mlra {

/// The code that a recorded answer speaks of: its instructions by their number.
class NumberedCode {
public:
  explicit NumberedCode(const Analyses &A);

  int count() const { return static_cast<int>(Instructions.size()); }
  llvm::MachineInstr &instruction(int Number) const { return *Instructions[Number]; }
  int numberOf(const llvm::MachineInstr &MI) const { return NumberOf.lookup(&MI); }

  /// Also when the code was changed: the slot of an original instruction stays its own.
  std::optional<int> numberAt(llvm::SlotIndex Slot) const;

  llvm::MachineBasicBlock &block(int Number) const { return *Blocks[Number]; }
  int blockCount() const { return static_cast<int>(Blocks.size()); }
  int numberOf(const llvm::MachineBasicBlock &MBB) const { return NumberOfBlock.lookup(&MBB); }

  /// In front of what a move lies; none if code cannot be put there.
  std::optional<llvm::MachineBasicBlock::iterator> whereIs(const RecordedMove &Move) const;

private:
  std::vector<llvm::MachineInstr *> Instructions;
  std::vector<llvm::SlotIndex> Slots;
  std::vector<llvm::MachineBasicBlock *> Blocks;
  llvm::DenseMap<const llvm::MachineInstr *, int> NumberOf;
  llvm::DenseMap<const llvm::MachineBasicBlock *, int> NumberOfBlock;
};

} // namespace mlra

#endif
