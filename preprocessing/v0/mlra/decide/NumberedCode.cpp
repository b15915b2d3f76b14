//===- NumberedCode.cpp - Instructions by the numbers of a recorded answer ------===//
#include "decide/NumberedCode.h"

using namespace llvm;

namespace mlra {

NumberedCode::NumberedCode(const Analyses &A) {
  for (MachineBasicBlock &MBB : A.MF) {
    NumberOfBlock[&MBB] = static_cast<int>(Blocks.size());
    Blocks.push_back(&MBB);
    for (MachineInstr &MI : MBB)
      if (Positions::counts(MI)) {
        NumberOf[&MI] = static_cast<int>(Instructions.size());
        Instructions.push_back(&MI);
        Slots.push_back(A.LIS.getInstructionIndex(MI).getBaseIndex());
      }
  }
}

std::optional<int> NumberedCode::numberAt(SlotIndex Slot) const {
  auto Found = std::lower_bound(Slots.begin(), Slots.end(), Slot.getBaseIndex());
  if (Found == Slots.end() || *Found != Slot.getBaseIndex())
    return std::nullopt;
  return static_cast<int>(Found - Slots.begin());
}

std::optional<MachineBasicBlock::iterator> NumberedCode::whereIs(const RecordedMove &Move) const {
  if (Move.Block >= blockCount() || Move.Instruction > count())
    return std::nullopt;
  MachineBasicBlock &MBB = block(Move.Block);
  bool IsInside = Move.Instruction < count() && instruction(Move.Instruction).getParent() == &MBB;
  MachineBasicBlock::iterator Where = IsInside ? instruction(Move.Instruction).getIterator() : MBB.end();
  if (!IsInside && Move.Instruction > 0 && !MBB.empty() &&
      numberOf(*instruction(Move.Instruction - 1).getParent()) > Move.Block)
    return std::nullopt; // somewhere else
  if (Where != MBB.begin() && std::prev(Where)->isTerminator())
    return std::nullopt;
  if (IsInside && (Where->isPHI() || Where->isEHLabel()) && (MBB.isEHPad() || Where->isPHI()))
    return std::nullopt;
  return Where;
}

} // namespace mlra
