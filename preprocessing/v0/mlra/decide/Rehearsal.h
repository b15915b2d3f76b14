//===- Rehearsal.h - Decisions found in a fork of the compiler ------------===//
//
// A dialogue that splits changes the code before it is over. In a fork that does no harm: the child talks and carries
// out, sends the list of what it did through a pipe, and dies; the parent then carries that list out in one go. A child
// that fails, crashes or takes too long has changed nothing: the function is greedy's.
//
//===----------------------------------------------------------------------===//
#ifndef MLRA_DECIDE_REHEARSAL_H
#define MLRA_DECIDE_REHEARSAL_H

#include "decide/Decision.h"

#include "llvm/ADT/STLFunctionalExtras.h"

#include <chrono>

namespace mlra {

/// Runs `Talk` in a fork. It returns what went wrong, or "" and the decisions, which `Decisions` then has. What it
/// prints to standard error is shown. Returns what went wrong: the child's own words, its signal, the limit.
std::string rehearse(llvm::function_ref<std::string(std::vector<Decision> &)> Talk, std::vector<Decision> &Decisions,
                     std::chrono::milliseconds Limit);

} // namespace mlra

#endif
