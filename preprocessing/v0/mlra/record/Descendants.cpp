//===- Descendants.cpp - Which node each register is a piece of ----------------===//
#include "record/Descendants.h"

#include "llvm/CodeGen/MachineRegisterInfo.h"

#include <algorithm>

using namespace llvm;

namespace mlra {

namespace {

bool isInUse(const Analyses &A, Register Reg) { return !A.MF.getRegInfo().reg_nodbg_empty(Reg); }

bool livesAsBefore(const Analyses &A, Register Reg, ArrayRef<OriginalSegment> Segments) {
  const LiveInterval &LI = A.LIS.getInterval(Reg);
  return LI.size() == Segments.size() &&
         std::equal(LI.begin(), LI.end(), Segments.begin(), [](const LiveRange::Segment &S, const OriginalSegment &O) {
           return S.start == O.Start && S.end == O.End;
         });
}

/// A register whose life fell into pieces when an instruction went: for LLVM each piece is a register of its own. The
/// original instructions that name it name the node.
int nodeOfPiece(const Analyses &A, const Problem &Recorded, const CodeBefore &Before, Register Reg) {
  for (const MachineOperand &Named : A.MF.getRegInfo().reg_nodbg_operands(Reg)) {
    const MachineInstr &MI = *Named.getParent();
    SlotIndex Index = A.LIS.getInstructionIndex(MI);
    int Instruction = Before.instructionAt(Index);
    if (!Before.isInstruction(Index) || !Before.isUnchanged(Instruction, MI))
      continue;
    if (std::optional<unsigned> Entry = Before.entryOf(Recorded, Instruction, Named))
      return Recorded.Operands[*Entry].Node;
  }
  return -1;
}

} // namespace

Descendants collectDescendants(const Analyses &A, const Problem &Recorded, const CodeBefore &Before) {
  Descendants D;
  unsigned Count = A.MF.getRegInfo().getNumVirtRegs();
  D.NodeOfRegister.assign(Count, -1);
  D.Edited.resize(Recorded.Nodes.size());
  for (unsigned I = 0; I < Count; ++I) {
    Register Reg = Register::index2VirtReg(I);
    bool IsNew = I >= Before.registerCount();
    int Node = Before.nodeOf(A.VRM.getOriginal(Reg));
    if (Node < 0 && IsNew && isInUse(A, Reg))
      Node = nodeOfPiece(A, Recorded, Before, Reg);
    if (Node < 0)
      continue;
    D.NodeOfRegister[I] = Node;
    if (IsNew || !isInUse(A, Reg) || !livesAsBefore(A, Reg, Before.segments(Node)))
      D.Edited.set(Node);
  }
  for (unsigned I = 0; I < Count; ++I) {
    int Node = D.NodeOfRegister[I];
    if (Node >= 0 && D.Edited.test(Node) && isInUse(A, Register::index2VirtReg(I)))
      D.Registers.push_back({Node, Register::index2VirtReg(I)});
  }
  std::sort(D.Registers.begin(), D.Registers.end());
  return D;
}

} // namespace mlra
