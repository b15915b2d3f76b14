//===- CodeBefore.cpp - The code as it was before allocation -------------------===//
#include "record/CodeBefore.h"

#include "llvm/CodeGen/MachineRegisterInfo.h"

#include <algorithm>

using namespace llvm;

namespace mlra {

CodeBefore::CodeBefore(const Analyses &A, const Problem &Recorded)
    : NodeOfRegister(A.MF.getRegInfo().getNumVirtRegs(), -1), OperandCount(Recorded.Operands.size()) {
  FirstSegment.reserve(Recorded.Nodes.size() + 1);
  for (const Node &N : Recorded.Nodes) {
    NodeOfRegister[Register(N.Reg).virtRegIndex()] = static_cast<int>(FirstSegment.size());
    FirstSegment.push_back(Segments.size());
    for (const LiveRange::Segment &S : A.LIS.getInterval(N.Reg))
      Segments.push_back({S.start, S.end, S.valno->def});
  }
  FirstSegment.push_back(Segments.size());

  Instructions.reserve(Recorded.Shapes.size());
  SlotIndexes &Indexes = *A.LIS.getSlotIndexes();
  unsigned Operand = 0;
  for (const MachineBasicBlock &MBB : A.MF) {
    SlotIndex Index = Indexes.getMBBStartIdx(&MBB);
    for (const MachineInstr &MI : MBB) {
      if (!Positions::counts(MI))
        continue;
      Index = Indexes.getNextNonNullIndex(Index); // much faster than asking for each instruction's
      int Instruction = static_cast<int>(Instructions.size());
      while (Operand < OperandCount && Recorded.Operands[Operand].Instruction < Instruction)
        ++Operand;
      Instructions.push_back({Index, &MI, MI.getOpcode(), MI.getNumOperands(), Operand});
    }
  }
}

CodeBefore::Found CodeBefore::find(SlotIndex Slot) const {
  SlotIndex Base = Slot.getBaseIndex();
  auto I = std::lower_bound(Instructions.begin(), Instructions.end(), Base,
                            [](const OriginalInstruction &O, SlotIndex B) { return O.Index < B; });
  return {static_cast<int>(I - Instructions.begin()), I != Instructions.end() && I->Index == Base};
}

// An address may be used again: of an instruction that is folded twice, the second form may lie where the original lay.
// Where its opcode stays, a slot takes more operands than a register.
bool CodeBefore::isUnchanged(int Instruction, const MachineInstr &Now) const {
  const OriginalInstruction &I = Instructions[Instruction];
  return I.MI == &Now && I.Opcode == Now.getOpcode() && I.Operands == Now.getNumOperands();
}

std::optional<unsigned> CodeBefore::entryOf(const Problem &Recorded, int Instruction, const MachineOperand &MO) const {
  unsigned Index = MO.getOperandNo();
  for (unsigned Entry = Instructions[Instruction].FirstOperand; Entry < operandsEnd(Instruction); ++Entry)
    if (Recorded.Operands[Entry].Index == Index)
      return Entry;
  return std::nullopt;
}

int CodeBefore::begin(SlotIndex Slot) const {
  auto [I, IsThere] = find(Slot);
  bool IsBehind = IsThere && (Slot.isRegister() || Slot.isDead());
  return IsBehind ? 2 * I + 1 : 2 * I;
}

int CodeBefore::end(SlotIndex Slot) const {
  auto [I, IsThere] = find(Slot);
  if (!IsThere)
    return 2 * I;
  return Slot.isDead() ? 2 * I + 2 : Slot.isRegister() ? 2 * I + 1 : 2 * I;
}

} // namespace mlra
