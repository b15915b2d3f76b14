//===- Blocks.cpp - The control flow, and where code may be placed in it --===//
//
// First split:   behind what must lead a block, as MachineBasicBlock::SkipPHIsLabelsAndDebug has it.
// Last split:    in front of the first terminator; where a landing pad or a label of inline assembly follows, in front
//                of the call or the assembly that may leave for it, as LLVM's InsertPointAnalysis has it for registers
//                that are live there.
//
//===----------------------------------------------------------------------===//
#include "record/Blocks.h"

#include "LLVMCompat.h"
#include "record/Flags.h"

#include "llvm/CodeGen/TargetOpcodes.h"

#include <algorithm>

using namespace llvm;

namespace mlra {

namespace {

std::vector<BlockSuccessor> collectSuccessors(const MachineBasicBlock &MBB, const Positions &P) {
  std::vector<BlockSuccessor> Successors;
  for (auto It = MBB.succ_begin(); It != MBB.succ_end(); ++It) {
    BranchProbability Probability = MBB.getSuccProbability(It);
    Successors.push_back({P.blockIndex(**It), static_cast<float>(static_cast<double>(Probability.getNumerator()) /
                                                                  BranchProbability::getDenominator())});
  }
  std::stable_sort(Successors.begin(), Successors.end(),
                   [](const BlockSuccessor &X, const BlockSuccessor &Y) { return X.Block < Y.Block; });
  return Successors;
}

unsigned flagsOf(const MachineBasicBlock &MBB) {
  bool IsIndirect = any_of(MBB.terminators(), [](const MachineInstr &MI) { return MI.isIndirectBranch(); });
  return (MBB.isReturnBlock() ? BlockFlag::Return : 0) | (MBB.succ_empty() ? BlockFlag::NoSuccessor : 0) |
         (MBB.isEHPad() ? BlockFlag::LandingPad : 0) | (IsIndirect ? BlockFlag::IndirectBranch : 0) |
         (MBB.isInlineAsmBrIndirectTarget() ? BlockFlag::AsmGotoTarget : 0);
}

/// The instruction that may leave for a landing pad or a label of inline assembly; null if there is none.
const MachineInstr *leavesEarly(const MachineBasicBlock &MBB) {
  bool HasPad = false, HasLabel = false;
  for (const MachineBasicBlock *Successor : MBB.successors()) {
    HasPad |= Successor->isEHPad();
    HasLabel |= !Successor->isEHPad() && Successor->isInlineAsmBrIndirectTarget();
  }
  if (HasPad || HasLabel)
    for (const MachineInstr &MI : reverse(MBB))
      if ((HasPad && MI.isCall()) || MI.getOpcode() == TargetOpcode::INLINEASM_BR)
        return &MI;
  return nullptr;
}

/// Walks over a block's instructions together with their indices.
class Places {
public:
  Places(const MachineBasicBlock &MBB, const SlotIndexes &Indexes, const Positions &P)
      : MBB(const_cast<MachineBasicBlock &>(MBB)), Indexes(Indexes), P(P) {} // only looked at

  int first() const { return indexOf(MBB.SkipPHIsLabelsAndDebug(MBB.begin())); }

  int last() const {
    if (const MachineInstr *MI = leavesEarly(MBB))
      return P.instructionAt(Indexes.getInstructionIndex(*MI));
    return indexOf(MBB.getFirstTerminator());
  }

private:
  int indexOf(MachineBasicBlock::iterator It) const {
    while (It != MBB.end() && !Positions::counts(*It))
      ++It;
    return P.instructionAt(It == MBB.end() ? Indexes.getMBBEndIdx(&MBB) : Indexes.getInstructionIndex(*It));
  }

  MachineBasicBlock &MBB;
  const SlotIndexes &Indexes;
  const Positions &P;
};

} // namespace

std::vector<Block> collectBlocks(const Analyses &A, const Positions &P) {
  std::vector<Block> Blocks;
  Blocks.reserve(A.MF.size());
  for (const MachineBasicBlock &MBB : A.MF) {
    Places Where(MBB, *A.LIS.getSlotIndexes(), P);
    Blocks.push_back({P.blockStarts()[Blocks.size()], A.MBFI.getBlockFreqRelativeToEntryBlock(&MBB),
                      A.Loops.getLoopDepth(&MBB), collectSuccessors(MBB, P), flagsOf(MBB), Where.first(),
                      Where.last()});
  }
  return Blocks;
}

} // namespace mlra
