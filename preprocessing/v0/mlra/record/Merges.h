//===- Merges.h - Value numbers that merge nothing ------------------------===//
#ifndef MLRA_RECORD_MERGES_H
#define MLRA_RECORD_MERGES_H

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/CodeGen/LiveIntervals.h"

#include <utility>

namespace mlra {

/// LLVM may keep a value number where all predecessors carry one value: after coalescing, say. Here such a merge is none,
/// so that values depend on the code alone.
class Merges {
public:
  Merges(const llvm::LiveIntervals &LIS, const llvm::LiveInterval &LI);

  /// Whether it merges nothing.
  bool isSuperfluous(const llvm::VNInfo *Number) const { return StandsFor.count(Number); }

private:
  bool dropOne();
  const llvm::VNInfo *onlyIncoming(const llvm::VNInfo &Number, const llvm::MachineBasicBlock &MBB) const;
  const llvm::VNInfo *resolved(const llvm::VNInfo *Number) const;

  const llvm::LiveIntervals &LIS;
  const llvm::LiveInterval &LI;
  llvm::SmallVector<std::pair<const llvm::VNInfo *, const llvm::MachineBasicBlock *>, 4> Blocks;
  llvm::DenseMap<const llvm::VNInfo *, const llvm::VNInfo *> StandsFor;
};

} // namespace mlra

#endif
