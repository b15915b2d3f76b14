//===- CodeBefore.h - The code as it was before allocation ---------------------===//
//
// What is kept of it to tell afterwards what the allocator inserted, changed and removed, and where a slot index lies.
// An instruction's entry in LLVM's list of slot indices stays in its place, whatever renumbers the list: the entry tells
// who is there now.
//
//===----------------------------------------------------------------------===//
#ifndef MLRA_RECORD_CODEBEFORE_H
#define MLRA_RECORD_CODEBEFORE_H

#include "record/Problem.h"

#include "llvm/ADT/ArrayRef.h"

#include <optional>
#include <vector>

namespace mlra {

/// One instruction that has an index.
struct OriginalInstruction {
  llvm::SlotIndex Index;
  const llvm::MachineInstr *MI;
  unsigned Opcode;
  unsigned Operands;
  unsigned FirstOperand; ///< its first entry of Problem::Operands
};

/// A piece of a node's live interval, with the definition of the value that is live there.
struct OriginalSegment {
  llvm::SlotIndex Start;
  llvm::SlotIndex End;
  llvm::SlotIndex Definition;
};

/// Half-open range of positions: 2 i is right in front of instruction i and behind all that is inserted there, 2 i + 1
/// right behind it.
struct PositionRange {
  int First;
  int Last;
};

/// To be made right before the allocator runs.
class CodeBefore {
public:
  CodeBefore(const Analyses &A, const Problem &Recorded);

  llvm::ArrayRef<OriginalInstruction> instructions() const { return Instructions; }

  /// In the order of the code.
  llvm::ArrayRef<OriginalSegment> segments(int Node) const {
    return llvm::ArrayRef<OriginalSegment>(Segments).slice(FirstSegment[Node],
                                                           FirstSegment[Node + 1] - FirstSegment[Node]);
  }

  /// The node that a virtual register is; -1 for one that is none, or that the allocator made.
  int nodeOf(llvm::Register Reg) const {
    unsigned Index = Reg.virtRegIndex();
    return Index < NodeOfRegister.size() ? NodeOfRegister[Index] : -1;
  }

  /// Registers from this index on were made by the allocator.
  unsigned registerCount() const { return NodeOfRegister.size(); }

  /// Index of the first instruction at or behind the slot.
  int instructionAt(llvm::SlotIndex Slot) const { return find(Slot).Instruction; }

  /// Whether an instruction that is an original one, gone or not, has the slot.
  bool isInstruction(llvm::SlotIndex Slot) const { return find(Slot).IsThere; }

  /// Whether the instruction is as it was, but for the names of its registers.
  bool isUnchanged(int Instruction, const llvm::MachineInstr &Now) const;

  /// The entries of Problem::Operands that belong to an instruction begin with its first and end with this one.
  unsigned operandsEnd(int Instruction) const {
    size_t Next = Instruction + 1;
    return Next < Instructions.size() ? Instructions[Next].FirstOperand : OperandCount;
  }

  /// The entry of Problem::Operands for an operand of an instruction that is as it was; none if it names no node.
  std::optional<unsigned> entryOf(const Problem &Recorded, int Instruction, const llvm::MachineOperand &MO) const;

  /// Where a live segment lies; empty if it lives only between two instructions.
  PositionRange positions(llvm::SlotIndex Start, llvm::SlotIndex End) const {
    return {begin(Start), end(End)};
  }

private:
  struct Found {
    int Instruction; ///< first one at or behind the slot
    bool IsThere;    ///< whether the slot is one of it
  };
  Found find(llvm::SlotIndex Slot) const;
  int begin(llvm::SlotIndex Slot) const;
  int end(llvm::SlotIndex Slot) const;

  std::vector<OriginalInstruction> Instructions;
  std::vector<OriginalSegment> Segments;
  std::vector<unsigned> FirstSegment; ///< one a node, and the end
  std::vector<int> NodeOfRegister;
  unsigned OperandCount;
};

} // namespace mlra

#endif
