//===- UsePoints.h - Where a virtual register is read and written --------------===//
#ifndef MLRA_RECORD_USEPOINTS_H
#define MLRA_RECORD_USEPOINTS_H

#include "record/Problem.h"

#include <vector>

namespace mlra {

/// The use points of one virtual register, ascending, one an instruction: the definitions of its values and every
/// instruction that reads it, as LLVM's SplitAnalysis counts them.
/// Slots of the use points, ascending.
std::vector<llvm::SlotIndex> useSlots(const Analyses &A, const llvm::LiveInterval &LI);

std::vector<UsePoint> collectUsePoints(const Analyses &A, const Positions &P, const llvm::LiveInterval &LI);

} // namespace mlra

#endif
