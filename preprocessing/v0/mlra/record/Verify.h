//===- Verify.h - -mlra-verify: every fact once more, another way --------------===//
#ifndef MLRA_RECORD_VERIFY_H
#define MLRA_RECORD_VERIFY_H

#include "record/Findings.h"
#include "record/Outcome.h"
#include "record/Problem.h"

namespace mlra {

/// Before allocation: edges, weights, forbidden registers, folds, where nodes live and which registers are free at every
/// position. Returns what differs.
Findings verifyProblem(const Analyses &A, const Positions &P, const Problem &Recorded, const TargetNames &Names);

/// After allocation: no two virtual registers that are live at once hold a common register unit, no forbidden register
/// was given, and the spill weights of the assigned registers are those that the allocator worked with; unless decisions
/// came before it, which change the code and so the weights.
Findings verifyAllocation(const Analyses &A, const Problem &Recorded, const Outcome &Result, bool IsDecided);

} // namespace mlra

#endif
