//===- CodeBefore.cpp - The code as it was before allocation -------------------===//
#include "record/CodeBefore.h"

#include "llvm/CodeGen/MachineRegisterInfo.h"

#include <algorithm>

using namespace llvm;

namespace mlra {

namespace {

unsigned frameIndexes(const MachineInstr &MI) {
  return count_if(MI.operands(), [](const MachineOperand &MO) { return MO.isFI(); });
}

} // namespace

CodeBefore::CodeBefore(const Analyses &A, const Problem &Recorded)
    : NodeOfRegister(A.MF.getRegInfo().getNumVirtRegs(), -1) {
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
  for (const MachineBasicBlock &MBB : A.MF) {
    SlotIndex Index = Indexes.getMBBStartIdx(&MBB);
    for (const MachineInstr &MI : MBB) {
      if (!Positions::counts(MI))
        continue;
      Index = Indexes.getNextNonNullIndex(Index); // much faster than asking for each instruction's
      Instructions.push_back(
          {Index, &MI, MI.getOpcode(), MI.getNumOperands(), frameIndexes(MI), unsigned(OperandNodes.size())});
      for (const MachineOperand &MO : MI.operands())
        if (MO.isReg() && MO.getReg().isVirtual())
          if (int Node = nodeOf(MO.getReg()); Node >= 0)
            OperandNodes.push_back(Node);
    }
  }
}

int CodeBefore::instructionAt(SlotIndex Slot) const {
  SlotIndex Base = Slot.getBaseIndex();
  auto Found = std::lower_bound(Instructions.begin(), Instructions.end(), Base,
                                [](const OriginalInstruction &I, SlotIndex B) { return I.Index < B; });
  return static_cast<int>(Found - Instructions.begin());
}

bool CodeBefore::isInstruction(SlotIndex Slot) const {
  size_t I = instructionAt(Slot);
  return I < Instructions.size() && Instructions[I].Index == Slot.getBaseIndex();
}

// An address may be used again: of an instruction that is folded twice, the second form may lie where the original lay.
bool CodeBefore::isUnchanged(int Instruction, const MachineInstr &Now) const {
  const OriginalInstruction &I = Instructions[Instruction];
  return I.MI == &Now && I.Opcode == Now.getOpcode() && I.Operands == Now.getNumOperands() &&
         I.FrameIndexes == frameIndexes(Now);
}

int CodeBefore::begin(SlotIndex Slot) const {
  int I = instructionAt(Slot);
  bool IsBehind = (Slot.isRegister() || Slot.isDead()) && isInstruction(Slot);
  return IsBehind ? 2 * I + 1 : 2 * I;
}

int CodeBefore::end(SlotIndex Slot) const {
  int I = instructionAt(Slot);
  if (!isInstruction(Slot))
    return 2 * I;
  return Slot.isDead() ? 2 * I + 2 : Slot.isRegister() ? 2 * I + 1 : 2 * I;
}

} // namespace mlra
