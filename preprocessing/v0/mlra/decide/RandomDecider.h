//===- RandomDecider.h - Decisions by chance (-mlra-random) ---------------===//
//
// A random legal colouring, as the fork's -mlra-random; with spills and splits if they are given a probability. What
// shows that decisions never make wrong code, and what a learned policy must beat.
//
//===----------------------------------------------------------------------===//
#ifndef MLRA_DECIDE_RANDOMDECIDER_H
#define MLRA_DECIDE_RANDOMDECIDER_H

#include "decide/Decider.h"

namespace mlra {

bool isRandomDeciderChosen();
std::unique_ptr<Decider> createRandomDecider();

} // namespace mlra

#endif
