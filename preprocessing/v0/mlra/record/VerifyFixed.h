//===- VerifyFixed.h - Which registers are free, from recorded numbers ----===//
#ifndef MLRA_RECORD_VERIFYFIXED_H
#define MLRA_RECORD_VERIFYFIXED_H

#include "record/Findings.h"
#include "record/Problem.h"

namespace mlra {

/// Computes which registers fixed ranges, masks and reserved registers leave at every position, as a reader of the
/// record does, and compares that with LiveRegMatrix::checkInterference for a live range of just that position. Takes
/// the registers of the classes that nodes have.
void verifyFixed(const Analyses &A, const Problem &Recorded, const TargetNames &Names, Findings &Found);

} // namespace mlra

#endif
