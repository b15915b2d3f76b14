//===- Verify.h - -mlra-verify: every fact once more, another way --------------===//
#ifndef MLRA_RECORD_VERIFY_H
#define MLRA_RECORD_VERIFY_H

#include "record/Outcome.h"
#include "record/Problem.h"

#include <string>
#include <vector>

namespace mlra {

/// Before allocation: edges against all pairs, positional weights against VirtRegAuxInfo::weightCalcHelper, forbidden
/// registers against LiveRegMatrix::checkInterference. Returns what differs.
std::vector<std::string> verifyProblem(const Analyses &A, const Problem &Recorded);

/// After allocation: no two virtual registers that are live at once hold a common register unit, no forbidden register
/// was given, and the spill weights of the assigned registers are those that the allocator worked with.
std::vector<std::string> verifyAllocation(const Analyses &A, const Problem &Recorded, const Outcome &Result);

} // namespace mlra

#endif
