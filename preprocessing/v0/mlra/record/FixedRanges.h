//===- FixedRanges.h - Where registers are taken before allocation --------===//
#ifndef MLRA_RECORD_FIXEDRANGES_H
#define MLRA_RECORD_FIXEDRANGES_H

#include "record/PhysicalInterference.h"
#include "record/Problem.h"

namespace mlra {

/// What stands between a virtual register and a physical one at a point: the fixed ranges of its units, and the masks
/// of clobbered registers.
FixedRanges collectFixedRanges(const Analyses &A, const Positions &P, const PhysicalInterference &Physical,
                               const TargetNames &Names);

/// The position of each recorded mask: right behind a call, and in front of the first instruction of a landing pad,
/// whose entry has the mask.
std::vector<int> maskPositions(const Problem &P);

} // namespace mlra

#endif
