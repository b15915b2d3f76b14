//===- Outcome.h - What LLVM's allocator decided and what that costs -----------===//
#ifndef MLRA_RECORD_OUTCOME_H
#define MLRA_RECORD_OUTCOME_H

#include "record/Problem.h"

#include <vector>

namespace mlra {

/// The fate of an original virtual register, found by following VirtRegMap::getOriginal from the registers that are left.
enum class Fate : unsigned char {
  Assigned,       ///< one register holds it everywhere
  Split,          ///< several registers hold parts of it, with copies between them
  Spilled,        ///< it got a stack slot
  Rematerialized, ///< its value is computed anew where it is used
  Eliminated,     ///< the allocator found it dead: nothing of it is left
};

struct NodeOutcome {
  Fate Kind;
  llvm::MCPhysReg Assigned; ///< 0 unless Kind is Assigned
};

/// Counted as RegAllocGreedy's own statistics (-Rpass-missed=regalloc) count, but for what an earlier allocator of the
/// pipeline left behind; costs are expected executions relative to the entry block.
struct Outcome {
  std::vector<NodeOutcome> Nodes; ///< one a node
  unsigned Spills = 0;            ///< stores to spill slots
  unsigned Reloads = 0;           ///< loads from spill slots
  unsigned FoldedSpills = 0;      ///< writes of spill slots by other instructions
  unsigned FoldedReloads = 0;     ///< reads of spill slots by other instructions
  unsigned Copies = 0;            ///< copies of virtual registers that stay after assignment
  double SpillCost = 0;           ///< of the four first
  double CopyCost = 0;
};

/// To be called after the allocator has run and before the rewriter.
Outcome collectOutcome(const Analyses &A, const Problem &Recorded);

} // namespace mlra

#endif
