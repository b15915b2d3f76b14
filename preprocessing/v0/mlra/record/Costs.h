//===- Costs.h - What the allocator's answer costs -----------------------------===//
#ifndef MLRA_RECORD_COSTS_H
#define MLRA_RECORD_COSTS_H

#include "record/Moves.h"
#include "record/Problem.h"

#include <vector>

namespace mlra {

/// Instructions of one kind: how many, and how often they are executed relative to the entry block.
struct Count {
  unsigned Number = 0;
  double Cost = 0;

  void add(unsigned Times, double Frequency) {
    Number += Times;
    Cost += Frequency * Times;
  }
};

/// Counted as RegAllocGreedy's own statistics (-Rpass-missed=regalloc) count, but for what an earlier allocator of the
/// pipeline left behind.
struct Costs {
  Count Spills;        ///< stores to spill slots
  Count Reloads;       ///< loads from spill slots
  Count FoldedSpills;  ///< writes of spill slots by other instructions
  Count FoldedReloads; ///< reads of spill slots by other instructions
  Count Copies;        ///< copies of virtual registers that stay after assignment
  Count CheapRemats;   ///< inserted rematerialisations that are as cheap as a move
  Count DearRemats;    ///< the others
  double SpillCost = 0; ///< of the four first
  std::vector<llvm::MCPhysReg> CalleeSaved; ///< registers that the function must save, since its code writes them
  double CalleeSavedCost = 0;
};

/// To be called after the allocator has run and before the rewriter.
Costs collectCosts(const Analyses &A, const Problem &Recorded, const Moves &M);

} // namespace mlra

#endif
