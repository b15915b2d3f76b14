//===- Merges.h - Value numbers that merge nothing ------------------------===//
#ifndef MLRA_RECORD_MERGES_H
#define MLRA_RECORD_MERGES_H

#include "llvm/ADT/DenseMap.h"
#include "llvm/CodeGen/LiveIntervals.h"

namespace mlra {

/// LLVM may keep value numbers where all predecessors carry one value: after coalescing, say. Here such a merge is none,
/// so that values depend on the code alone; nor are several that get one value and otherwise each other's, as they do in
/// a loop with two entries.
class Merges {
public:
  Merges(const llvm::LiveIntervals &LIS, const llvm::LiveInterval &LI);

  /// Whether it merges nothing.
  bool isSuperfluous(const llvm::VNInfo *Number) const { return StandsFor.count(Number); }

private:
  llvm::DenseMap<const llvm::VNInfo *, const llvm::VNInfo *> StandsFor;
};

} // namespace mlra

#endif
