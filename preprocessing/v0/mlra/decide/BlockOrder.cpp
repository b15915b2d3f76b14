//===- BlockOrder.cpp - Blocks by their place in the layout ---------------===//
//
// LLVM's own numbers have gaps and change when a text is read again: a decision names a block as an episode does.
//
//===----------------------------------------------------------------------===//
#include "decide/BlockOrder.h"

using namespace llvm;

namespace mlra {

BlockOrder::BlockOrder(const MachineFunction &MF) : Indices(MF.getNumBlockIDs()) {
  for (const MachineBasicBlock &MBB : MF) {
    Indices[MBB.getNumber()] = Blocks.size();
    Blocks.push_back(&MBB);
  }
}

const MachineBasicBlock *BlockOrder::at(unsigned Index) const {
  return Index < Blocks.size() ? Blocks[Index] : nullptr;
}

} // namespace mlra
