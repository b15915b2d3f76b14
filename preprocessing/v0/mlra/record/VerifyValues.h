//===- VerifyValues.h - Where values meet, by dominance -------------------===//
#ifndef MLRA_RECORD_VERIFYVALUES_H
#define MLRA_RECORD_VERIFYVALUES_H

#include "record/Findings.h"
#include "record/Problem.h"

namespace mlra {

/// A node's values that no instruction defines must be those of blocks which it lives into and which two of its
/// definitions reach: the iterated dominance frontier of the blocks that define it.
void verifyValues(const Analyses &A, const Problem &Recorded, Findings &Found);

} // namespace mlra

#endif
