//===- SavedRegisters.h - Registers that a function must save, and whose -------===//
//
// Each is stored at the entry and loaded at every exit for as long as anything lies in it. A search that wants to give
// one up must know all that would have to leave.
//
//===----------------------------------------------------------------------===//
#ifndef MLRA_DECIDE_SAVEDREGISTERS_H
#define MLRA_DECIDE_SAVEDREGISTERS_H

#include "decide/Decider.h"

namespace mlra {

struct SavedRegister {
  const char *Name;
  std::vector<unsigned> Nodes; ///< virtual registers by number, ascending; none where only the code names it
};

/// Those of the code that greedy has left, in the order in which the function saves them.
std::vector<SavedRegister> savedRegisters(const Episode &E, const Answer &Result);

} // namespace mlra

#endif
