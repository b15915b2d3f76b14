//===- Values.h - Values of a virtual register, and what defines them -----===//
#ifndef MLRA_RECORD_VALUES_H
#define MLRA_RECORD_VALUES_H

#include "record/Problem.h"

#include <vector>

namespace mlra {

/// In the order of the code; value numbers that nothing uses are left out, and merges of one value with itself.
std::vector<Value> collectValues(const Analyses &A, const Positions &P, const llvm::LiveInterval &LI);

} // namespace mlra

#endif
