//===- VerifyForbidden.h - Forbidden registers, by recorded numbers -------===//
#ifndef MLRA_RECORD_VERIFYFORBIDDEN_H
#define MLRA_RECORD_VERIFYFORBIDDEN_H

#include "record/Findings.h"
#include "record/Problem.h"

namespace mlra {

/// Computes `node_forbidden` as a reader of the record can: a register is forbidden if one of its units is taken while
/// the node lives, but for an overlap that begins with a copy between the two, or if a mask clobbers it there.
void verifyForbidden(const Analyses &A, const Positions &P, const Problem &Recorded, Findings &Found);

} // namespace mlra

#endif
