//===- Outcome.h - What LLVM's allocator decided, in one word a node -----------===//
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

struct Outcome {
  std::vector<NodeOutcome> Nodes; ///< one a node
};

/// To be called after the allocator has run and before the rewriter.
Outcome collectOutcome(const Analyses &A, const Problem &Recorded);

} // namespace mlra

#endif
