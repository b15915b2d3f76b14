//===- VerifyNodes.h - Edges, weights, folds, forbidden registers ---------===//
#ifndef MLRA_RECORD_VERIFYNODES_H
#define MLRA_RECORD_VERIFYNODES_H

#include "record/Findings.h"
#include "record/Problem.h"

namespace mlra {

/// Edges against all pairs, positional weights against VirtRegAuxInfo::weightCalcHelper, forbidden registers against
/// LiveRegMatrix::checkInterference, and each fold tried on its own.
void verifyNodes(const Analyses &A, const Problem &Recorded, Findings &Found);

} // namespace mlra

#endif
