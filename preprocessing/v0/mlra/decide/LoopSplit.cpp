//===- LoopSplit.cpp - A live range of its own within a loop --------------===//
#include "decide/LoopSplit.h"

#include "llvm/ADT/SetVector.h"
#include "llvm/CodeGen/MachineRegisterInfo.h"

using namespace llvm;

namespace mlra {

namespace {

/// Blocks behind the loop into which the register lives.
SmallSetVector<MachineBasicBlock *, 8> exitsOf(const Analyses &A, const LiveInterval &LI, const MachineLoop &Loop) {
  SmallVector<std::pair<MachineBasicBlock *, MachineBasicBlock *>, 8> Edges;
  Loop.getExitEdges(Edges);
  SmallSetVector<MachineBasicBlock *, 8> Exits;
  for (auto [From, To] : Edges)
    if (A.LIS.isLiveInToMBB(LI, To))
      Exits.insert(To);
  return Exits;
}

bool isDefinedIn(const Analyses &A, Register Reg, const MachineLoop &Loop) {
  return any_of(A.MF.getRegInfo().def_instructions(Reg),
                [&](const MachineInstr &MI) { return Loop.contains(MI.getParent()); });
}

} // namespace

std::string refusalOfLoopSplit(const Analyses &A, Register Reg, const MachineLoop &Loop) {
  if (std::string Reason = refusalOfAnySplit(A, Reg); !Reason.empty())
    return Reason;
  MachineBasicBlock *Before = Loop.getLoopPreheader();
  if (!Before)
    return "the loop has no preheader";
  const LiveInterval &LI = A.LIS.getInterval(Reg);
  if (!A.LIS.isLiveOutOfMBB(LI, Before) || !A.LIS.isLiveInToMBB(LI, Loop.getHeader()))
    return "it does not live into the loop";
  bool Inside = false, Outside = false;
  for (const MachineInstr &MI : A.MF.getRegInfo().reg_nodbg_instructions(Reg))
    (Loop.contains(MI.getParent()) ? Inside : Outside) = true;
  if (!Inside)
    return "no use in the loop";
  if (!Outside)
    return "no use outside of the loop";
  for (const MachineBasicBlock *Exit : exitsOf(A, LI, Loop))
    if (any_of(Exit->predecessors(), [&](const MachineBasicBlock *From) { return !Loop.contains(From); }))
      return "an exit of the loop is entered from elsewhere, too";
  return "";
}

SplitResult splitAroundLoop(const Analyses &A, Register Reg, const MachineLoop &Loop, bool SpillsHead) {
  bool GoesBack = !SpillsHead || isDefinedIn(A, Reg, Loop);
  SplitEdit Edit(A, Reg);
  SmallSetVector<MachineBasicBlock *, 8> Exits = exitsOf(A, Edit.old(), Loop);
  Edit.rewrite([&](const MachineInstr &MI) { return Loop.contains(MI.getParent()); });
  MachineBasicBlock *Before = Loop.getLoopPreheader();
  Edit.copyToTail(*Before, Before->getFirstTerminator());
  if (GoesBack)
    for (MachineBasicBlock *Exit : Exits)
      Edit.copyToHead(*Exit, Exit->SkipPHIsLabelsAndDebug(Exit->begin()));
  return Edit.finish();
}

} // namespace mlra
