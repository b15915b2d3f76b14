//===- InterferenceGraph.h - Which virtual registers are live at once ----------===//
#ifndef MLRA_RECORD_INTERFERENCEGRAPH_H
#define MLRA_RECORD_INTERFERENCEGRAPH_H

#include "record/Problem.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/CodeGen/LiveInterval.h"

#include <vector>

namespace mlra {

/// All pairs of intervals that overlap, as indices into `Intervals`, the smaller one first, sorted. A sweep over the
/// segments by their start: O(segments * registers live at once), where comparing all pairs is quadratic in registers.
std::vector<Edge> sweepInterference(llvm::ArrayRef<const llvm::LiveInterval *> Intervals);

/// The same by LiveInterval::overlaps on every pair: what the sweep is checked against.
std::vector<Edge> compareAllPairs(llvm::ArrayRef<const llvm::LiveInterval *> Intervals);

} // namespace mlra

#endif
