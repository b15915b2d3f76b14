//===- VerifyLiveness.h - Where nodes live, by recorded numbers -----------===//
#ifndef MLRA_RECORD_VERIFYLIVENESS_H
#define MLRA_RECORD_VERIFYLIVENESS_H

#include "record/Findings.h"
#include "record/Problem.h"

namespace mlra {

/// Computes where each node lives as a reader of the record does, from operands and blocks, and compares that with
/// LiveIntervals, position by position, and with `node_live`.
void verifyLiveness(const Analyses &A, const Positions &P, const Problem &Recorded, Findings &Found);

} // namespace mlra

#endif
