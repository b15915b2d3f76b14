//===- Descendants.h - Which node each register is a piece of ------------------===//
#ifndef MLRA_RECORD_DESCENDANTS_H
#define MLRA_RECORD_DESCENDANTS_H

#include "record/CodeBefore.h"

#include "llvm/ADT/BitVector.h"

#include <vector>

namespace mlra {

/// The virtual registers that are left after allocation, by the node whose value they hold.
struct Descendants {
  std::vector<int> NodeOfRegister; ///< by index of the virtual register; -1 for none
  /// Of each node that is not as it was: the registers that some instruction still names.
  std::vector<std::pair<int, llvm::Register>> Registers; ///< sorted
  llvm::BitVector Edited;                                ///< nodes that are not as they were

  int nodeOf(llvm::Register Reg) const { return Reg.isVirtual() ? NodeOfRegister[Reg.virtRegIndex()] : -1; }
};

Descendants collectDescendants(const Analyses &A, const Problem &Recorded, const CodeBefore &Before);

} // namespace mlra

#endif
