//===- Moves.h - What the allocator inserted, changed and removed --------------===//
#ifndef MLRA_RECORD_MOVES_H
#define MLRA_RECORD_MOVES_H

#include "record/CodeBefore.h"
#include "record/Descendants.h"

#include <vector>

namespace mlra {

/// The numbers are those of `move_kind`.
enum class MoveKind : unsigned char {
  Copy,              ///< from one register to another; if both are one, no code is left of it
  Store,             ///< to the node's slot
  Reload,            ///< from the node's slot
  Rematerialization, ///< computes the value once more
  Other,
};

/// An instruction that the allocator inserted.
struct Move {
  MoveKind Kind;
  int Instruction; ///< original one in front of which it lies
  int Block;
  int Node;  ///< -1 if it cannot be told
  int From;  ///< physical register, -1 - slot, or 0
  int To;    ///< likewise
  int Value; ///< original instruction whose result it computes, or -1
  const llvm::MachineInstr *MI;
};

/// An original instruction that is not as it was.
struct Change {
  int Instruction;
  unsigned Flags; ///< sum of ChangeFlags
};

struct Moves {
  std::vector<Move> Inserted; ///< in the order of the code
  std::vector<Change> Changed; ///< ascending
};

/// To be called after the allocator has run and before the rewriter.
Moves collectMoves(const Analyses &A, const Problem &Recorded, const CodeBefore &Before, const Descendants &D);

} // namespace mlra

#endif
