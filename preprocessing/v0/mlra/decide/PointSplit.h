//===- PointSplit.h - A live range split behind one of its use points -----===//
//
// The tail is what the point strictly dominates, the head is all else. A copy is put behind the point, and one back
// where control leaves the region while the register lives. Inside of loops, too.
//
//===----------------------------------------------------------------------===//
#ifndef MLRA_DECIDE_POINTSPLIT_H
#define MLRA_DECIDE_POINTSPLIT_H

#include "decide/SplitEdit.h"

#include "llvm/CodeGen/MachineDominators.h"

namespace mlra {

/// Why the register cannot be split behind its use point; "" if it can.
std::string refusalOfPointSplit(const Analyses &A, const llvm::MachineDominatorTree &Tree, llvm::Register Reg,
                                unsigned Point);

/// To be called only if it is not refused.
SplitResult splitBehindPoint(const Analyses &A, const llvm::MachineDominatorTree &Tree, llvm::Register Reg,
                             unsigned Point);

} // namespace mlra

#endif
