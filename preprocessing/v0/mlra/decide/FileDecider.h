//===- FileDecider.h - Decisions out of a file (-mlra-decisions) ----------===//
#ifndef MLRA_DECIDE_FILEDECIDER_H
#define MLRA_DECIDE_FILEDECIDER_H

#include "decide/Decider.h"

namespace mlra {

bool isFileDeciderChosen();
std::unique_ptr<Decider> createFileDecider();

} // namespace mlra

#endif
