//===- PartsDecider.h - The expert's recorded answer, carried out again ---------===//
//
//   -mlra-parts=FILE
//
// What RecordedParts.h says. An answer of other code is refused as a whole; a node whose recorded rows do not hold, and
// a register that is not free, are counted and left to greedy.
//
//===----------------------------------------------------------------------===//
#ifndef MLRA_DECIDE_PARTSDECIDER_H
#define MLRA_DECIDE_PARTSDECIDER_H

#include "decide/Decider.h"

namespace mlra {

bool isPartsDeciderChosen();
std::unique_ptr<Decider> createPartsDecider();

} // namespace mlra

#endif
