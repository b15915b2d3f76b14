//===- Parts.h - Where each node lies at every point of its life ---------------===//
//
// LLVM's allocators cut a register into others, which VirtRegMap::getOriginal leads back to it. Where each of these lives
// and lies is read off before the rewriter puts physical registers in their place.
//
//===----------------------------------------------------------------------===//
#ifndef MLRA_RECORD_PARTS_H
#define MLRA_RECORD_PARTS_H

#include "record/CodeBefore.h"
#include "record/Descendants.h"
#include "record/Moves.h"

#include "llvm/CodeGen/LiveStacks.h"

#include <vector>

namespace mlra {

/// A piece of a node's life that it spends in one place.
struct Part {
  int Node;
  PositionRange Range;
  int Place; ///< physical register, -1 - slot, or 0: nowhere
};

/// Which of several registers that hold a node an operand names.
struct Choice {
  unsigned Operand; ///< among those that name a node
  llvm::MCPhysReg Place;
};

struct Parts {
  std::vector<Part> Pieces; ///< of the nodes with a fate, by node, first position and place
  std::vector<unsigned> Fates; ///< one a node: sum of FateFlags
  std::vector<Choice> Choices; ///< ascending
};

/// To be called after the allocator has run and before the rewriter.
Parts collectParts(const Analyses &A, const llvm::LiveStacks &Stacks, const Problem &Recorded, const CodeBefore &Before,
                   const Descendants &D, const Moves &M);

} // namespace mlra

#endif
