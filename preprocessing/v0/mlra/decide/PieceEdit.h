//===- PieceEdit.h - Registers cut into their recorded pieces -------------------===//
#ifndef MLRA_DECIDE_PIECEEDIT_H
#define MLRA_DECIDE_PIECEEDIT_H

#include "decide/PiecePlan.h"

#include "llvm/ADT/SmallVector.h"

namespace mlra {

/// What became of one plan.
struct PieceResult {
  llvm::Register Node;
  llvm::SmallVector<llvm::Register, 4> All;                        ///< every register that arose
  llvm::SmallVector<llvm::Register, 2> ToSpill;                    ///< what lies in the slot, or nowhere
  llvm::SmallVector<std::pair<llvm::Register, int>, 4> InRegister; ///< and the physical one
};

/// Carries all plans out: rewrites the operands, puts the moves in, in their recorded order, and computes the live
/// ranges anew. The nodes keep their live intervals, without operands, as the originals that the spiller refers to.
std::vector<PieceResult> cutIntoPieces(const Analyses &A, const NumberedCode &Code, const RecordedParts &Recorded,
                                       llvm::ArrayRef<PiecePlan> Plans);

/// Instructions that only the registers' pieces needed, and that nobody reads any more, go. Registers that arise are
/// put behind those of the result.
void eraseUnread(const Analyses &A, PieceResult &Of);

} // namespace mlra

#endif
