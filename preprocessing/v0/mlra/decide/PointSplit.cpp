//===- PointSplit.cpp - A live range split behind one of its use points ---===//
#include "decide/PointSplit.h"

#include "record/UsePoints.h"

#include "llvm/CodeGen/MachineRegisterInfo.h"

using namespace llvm;

namespace mlra {

namespace {

/// What an instruction strictly dominates.
class Region {
public:
  Region(const Analyses &A, const MachineDominatorTree &Tree, const MachineInstr &Point)
      : Indexes(*A.LIS.getSlotIndexes()), Tree(Tree), Entry(*Point.getParent()),
        Index(Indexes.getInstructionIndex(Point)) {}

  bool contains(const MachineInstr &MI) const {
    if (MI.getParent() == &Entry)
      return Indexes.getInstructionIndex(MI) > Index;
    return Tree.properlyDominates(&Entry, MI.getParent());
  }
  bool containsEnd(const MachineBasicBlock &MBB) const {
    return &MBB == &Entry || Tree.properlyDominates(&Entry, &MBB);
  }
  bool containsBegin(const MachineBasicBlock &MBB) const { return Tree.properlyDominates(&Entry, &MBB); }

private:
  const SlotIndexes &Indexes;
  const MachineDominatorTree &Tree;
  const MachineBasicBlock &Entry;
  SlotIndex Index;
};

/// A block is left here in the middle, where no copy can be put.
bool isEnteredFromWithin(const MachineBasicBlock &MBB) { return MBB.isEHPad() || MBB.isInlineAsmBrIndirectTarget(); }

/// Blocks from which control leaves the region while the register lives.
SmallVector<MachineBasicBlock *, 8> exitsOf(const Analyses &A, const Region &Tail, const LiveInterval &LI) {
  SmallVector<MachineBasicBlock *, 8> Exits;
  for (MachineBasicBlock &MBB : A.MF) {
    if (!A.LIS.isLiveOutOfMBB(LI, &MBB) || !Tail.containsEnd(MBB))
      continue;
    if (any_of(MBB.successors(),
               [&](const MachineBasicBlock *To) { return !Tail.containsBegin(*To) && A.LIS.isLiveInToMBB(LI, To); }))
      Exits.push_back(&MBB);
  }
  return Exits;
}

MachineInstr &instructionAt(const Analyses &A, const LiveInterval &LI, unsigned Point) {
  return *A.LIS.getInstructionFromIndex(useSlots(A, LI)[Point]);
}

std::string refusalOfEdges(const Analyses &A, const Region &Tail, const LiveInterval &LI, MachineInstr &At) {
  auto IsLivePad = [&](const MachineBasicBlock *To) { return isEnteredFromWithin(*To) && A.LIS.isLiveInToMBB(LI, To); };
  if (any_of(At.getParent()->successors(), IsLivePad))
    return "it lives into a landing pad of that block";
  for (const MachineBasicBlock *Exit : exitsOf(A, Tail, LI))
    if (any_of(Exit->successors(),
               [&](const MachineBasicBlock *To) { return IsLivePad(To) && !Tail.containsBegin(*To); }))
      return "it leaves the region through a landing pad";
  return "";
}

} // namespace

std::string refusalOfPointSplit(const Analyses &A, const MachineDominatorTree &Tree, Register Reg, unsigned Point) {
  if (std::string Reason = refusalOfAnySplit(A, Reg); !Reason.empty())
    return Reason;
  const LiveInterval &LI = A.LIS.getInterval(Reg);
  unsigned Points = useSlots(A, LI).size();
  if (Point >= Points)
    return "no such use point";
  if (Point + 1 == Points)
    return "the last use point";
  MachineInstr &At = instructionAt(A, LI, Point);
  if (At.isTerminator())
    return "behind a terminator";
  if (!LI.liveAt(A.LIS.getInstructionIndex(At).getDeadSlot()))
    return "it does not live behind that point";
  Region Tail(A, Tree, At);
  const MachineRegisterInfo &MRI = A.MF.getRegInfo();
  if (none_of(MRI.reg_nodbg_instructions(Reg), [&](const MachineInstr &MI) { return Tail.contains(MI); }))
    return "no use in the region behind that point";
  return refusalOfEdges(A, Tail, LI, At);
}

SplitResult splitBehindPoint(const Analyses &A, const MachineDominatorTree &Tree, Register Reg, unsigned Point) {
  MachineInstr &At = instructionAt(A, A.LIS.getInterval(Reg), Point);
  Region Tail(A, Tree, At);
  SplitEdit Edit(A, Reg);
  SmallVector<MachineBasicBlock *, 8> Exits = exitsOf(A, Tail, Edit.old());
  Edit.rewrite([&](const MachineInstr &MI) { return Tail.contains(MI); });
  Edit.copyToTail(*At.getParent(), std::next(At.getIterator()));
  for (MachineBasicBlock *Exit : Exits)
    Edit.copyToHead(*Exit, Exit->getFirstTerminator());
  return Edit.finish();
}

} // namespace mlra
