//===- Positions.cpp - Instruction indices for slot indices --------------------===//
#include "record/Positions.h"

using namespace llvm;

namespace mlra {

Positions::Positions(const MachineFunction &MF, SlotIndexes &Indexes) : Zero(Indexes.getZeroIndex()) {
  std::vector<unsigned> RawOfInstruction;
  for (const MachineBasicBlock &MBB : MF) {
    BlockStarts.push_back(static_cast<int>(RawOfInstruction.size()));
    for (const MachineInstr &MI : MBB)
      if (counts(MI))
        RawOfInstruction.push_back(raw(Indexes.getInstructionIndex(MI)));
  }
  Count = static_cast<int>(RawOfInstruction.size());

  InstructionOfRaw.assign(raw(Indexes.getLastIndex()) / Step + 2, Count);
  int Next = Count;
  size_t Entry = InstructionOfRaw.size();
  while (Entry-- > 0) {
    while (Next > 0 && RawOfInstruction[Next - 1] / Step >= Entry)
      --Next;
    InstructionOfRaw[Entry] = Next;
  }
}

int Positions::instructionAt(SlotIndex Slot) const { return InstructionOfRaw[raw(Slot) / Step]; }

} // namespace mlra
