//===- LoopSplit.h - A live range of its own within a loop ----------------===//
//
// The tail is the loop, the head is all else: a copy in front of the loop, and copies back behind its exits.
//
//===----------------------------------------------------------------------===//
#ifndef MLRA_DECIDE_LOOPSPLIT_H
#define MLRA_DECIDE_LOOPSPLIT_H

#include "decide/SplitEdit.h"

namespace mlra {

/// Why the register cannot be split around the loop; "" if it can.
std::string refusalOfLoopSplit(const Analyses &A, llvm::Register Reg, const llvm::MachineLoop &Loop);

/// To be called only if it is not refused. If the head is to be spilled, it keeps its value throughout a loop that does
/// not change it, and nothing is copied back.
SplitResult splitAroundLoop(const Analyses &A, llvm::Register Reg, const llvm::MachineLoop &Loop, bool SpillsHead);

} // namespace mlra

#endif
