//===- SuccessorProbabilities.h - Probabilities that a reader does not change --===//
#ifndef MLRA_TEXT_SUCCESSORPROBABILITIES_H
#define MLRA_TEXT_SUCCESSORPROBABILITIES_H

#include "llvm/ADT/SmallVector.h"
#include "llvm/CodeGen/MachineBasicBlock.h"

#include <cstdint>

namespace mlra {

/// A reader scales the probabilities to a sum of one and rounds. Where LLVM's own do not quite add up to one, that would
/// change them, and with them the block frequencies: these are multiples of them that add up to a multiple of one and
/// round back, each nudged by less than half. One a successor.
llvm::SmallVector<uint32_t, 4> successorProbabilities(const llvm::MachineBasicBlock &MBB);

} // namespace mlra

#endif
