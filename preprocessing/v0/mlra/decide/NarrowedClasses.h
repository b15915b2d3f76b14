//===- NarrowedClasses.h - Classes as narrow as instructions want ---------===//
//
// Greedy widens the class of each piece that it splits off to what its instructions allow. A piece that a decision's
// copy defines may become wider than the instruction that defines the value, and when greedy splits that piece again
// and computes the value anew in it, the class is too wide for the new instruction. With LLVM's own splits the first
// piece has such an instruction already.
//
//===----------------------------------------------------------------------===//
#ifndef MLRA_DECIDE_NARROWEDCLASSES_H
#define MLRA_DECIDE_NARROWEDCLASSES_H

#include "record/Problem.h"

namespace mlra {

/// Narrows the classes of the registers from `First` on where an instruction wants that and the assigned register is
/// one of the narrow class.
void narrowClasses(const Analyses &A, unsigned First);

} // namespace mlra

#endif
