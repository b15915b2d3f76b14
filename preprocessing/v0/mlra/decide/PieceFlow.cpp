//===- PieceFlow.cpp - Where a planned node's value is, on every path -----===//
#include "decide/PieceFlow.h"

#include "llvm/ADT/PostOrderIterator.h"

using namespace llvm;

namespace mlra {

static bool isRead(const MachineOperand &MO) { return MO.isUse() ? !MO.isUndef() : MO.readsReg(); }

PieceFlow::PieceFlow(const Analyses &A, const NumberedCode &Code, const RecordedParts &Recorded, const PiecePlan &Plan)
    : A(A), Code(Code), Plan(Plan), LI(A.LIS.getInterval(Plan.Node)) {
  orderEvents(Recorded);
}

void PieceFlow::orderEvents(const RecordedParts &Recorded) {
  EventsOf.resize(Code.blockCount());
  for (size_t I = 0; I < Plan.Moves.size(); ++I) {
    const RecordedMove &Move = Recorded.Moves[Plan.Moves[I].Move];
    EventsOf[Move.Block].push_back({Move.Instruction, Event::Moves, I});
  }
  for (size_t I = 0; I < Plan.Operands.size(); ++I) {
    const MachineOperand &MO = *Plan.Operands[I].Operand;
    const MachineInstr &MI = *MO.getParent();
    std::vector<Event> &Events = EventsOf[Code.numberOf(*MI.getParent())];
    if (isRead(MO))
      Events.push_back({Code.numberOf(MI), Event::Reads, I});
    if (MO.isDef())
      Events.push_back({Code.numberOf(MI), Event::Writes, I});
  }
  for (std::vector<Event> &Events : EventsOf)
    llvm::sort(Events, [](const Event &X, const Event &Y) {
      return std::tie(X.Instruction, X.When, X.Index) < std::tie(Y.Instruction, Y.When, Y.Index);
    });
}

/// Returns what holds the value behind the block.
PlaceSet PieceFlow::runThrough(int Block, PlaceSet Held, function_ref<void(size_t, PlaceSet)> Read,
                               bool &IsMoveOfNothing) const {
  int Written = -1;
  for (const Event &E : EventsOf[Block]) {
    if (E.When == Event::Moves) {
      const PlannedMove &Move = Plan.Moves[E.Index];
      if (!Move.Value && !(Held & only(Move.From)))
        IsMoveOfNothing = true;
      Held |= only(Move.To);
    } else if (E.When == Event::Reads) {
      Read(E.Index, Held);
    } else {
      Held = (E.Instruction == Written ? Held : 0) | only(Plan.Operands[E.Index].Place);
      if (StoresAll)
        Held |= only(SlotOrNowhere);
      Written = E.Instruction;
    }
  }
  return Held;
}

PlaceSet PieceFlow::heldAtEntry(const MachineBasicBlock &MBB) const {
  if (!A.LIS.isLiveInToMBB(LI, &MBB))
    return 0;
  PlaceSet Held = Anywhere;
  for (const MachineBasicBlock *From : MBB.predecessors())
    Held &= HeldAtEnd[Code.numberOf(*From)];
  return Held;
}

void PieceFlow::solve(bool StoresAll) {
  this->StoresAll = StoresAll;
  HeldAtEnd.assign(Code.blockCount(), Anywhere);
  ReversePostOrderTraversal<MachineFunction *> Order(&A.MF);
  bool IsMoveOfNothing = false; // known once all is solved
  for (bool Changes = true; Changes;) {
    Changes = false;
    for (const MachineBasicBlock *MBB : Order) {
      PlaceSet &Held = HeldAtEnd[Code.numberOf(*MBB)];
      PlaceSet Now = runThrough(Code.numberOf(*MBB), heldAtEntry(*MBB), [](size_t, PlaceSet) {}, IsMoveOfNothing);
      Changes |= Now != Held;
      Held = Now;
    }
  }
}

bool PieceFlow::forEachRead(function_ref<void(size_t, PlaceSet)> Read) const {
  bool IsMoveOfNothing = false;
  for (int Block = 0; Block < Code.blockCount(); ++Block)
    runThrough(Block, heldAtEntry(Code.block(Block)), Read, IsMoveOfNothing);
  return !IsMoveOfNothing;
}

} // namespace mlra
