//===- BlockOrder.h - Blocks by their place in the layout -----------------===//
#ifndef MLRA_DECIDE_BLOCKORDER_H
#define MLRA_DECIDE_BLOCKORDER_H

#include "llvm/CodeGen/MachineFunction.h"

#include <vector>

namespace mlra {

/// Of a function as it is now; `bb.0` of an episode's machine IR is 0.
class BlockOrder {
public:
  explicit BlockOrder(const llvm::MachineFunction &MF);

  unsigned indexOf(const llvm::MachineBasicBlock &MBB) const { return Indices[MBB.getNumber()]; }

  /// Null if there are not so many.
  const llvm::MachineBasicBlock *at(unsigned Index) const;

private:
  std::vector<const llvm::MachineBasicBlock *> Blocks;
  std::vector<unsigned> Indices; ///< by LLVM's number
};

} // namespace mlra

#endif
