//===- Positions.cpp - Instruction indices for slot indices --------------------===//
#include "record/Positions.h"

using namespace llvm;

namespace mlra {

Positions::Positions(const MachineFunction &MF, SlotIndexes &Indexes) : Zero(Indexes.getZeroIndex()) {
  IndexOfBlock.resize(MF.getNumBlockIDs());
  for (const MachineBasicBlock &MBB : MF) {
    IndexOfBlock[MBB.getNumber()] = static_cast<int>(BlockStarts.size());
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

int Positions::positionOfBegin(SlotIndex Slot) const {
  int Instruction = instructionAt(Slot);
  bool IsBehind = (Slot.isRegister() || Slot.isDead()) && isInstructions(Slot, Instruction);
  return 2 * Instruction + IsBehind;
}

int Positions::positionOfEnd(SlotIndex Slot) const {
  int Instruction = instructionAt(Slot);
  if (!isInstructions(Slot, Instruction))
    return 2 * Instruction + Slot.isDead(); // what a landing pad's entry writes in vain takes the place behind it
  return 2 * Instruction + (Slot.isDead() ? 2 : Slot.isRegister());
}

} // namespace mlra
