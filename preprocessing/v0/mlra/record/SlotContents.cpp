//===- SlotContents.cpp - Where a spill slot holds its node's value -------===//
#include "record/SlotContents.h"

#include "record/Flags.h"
#include "record/SpillSlots.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/CodeGen/TargetOpcodes.h"

#include <algorithm>
#include <tuple>

using namespace llvm;

namespace mlra {

SlotContents::SlotContents(const Analyses &A, const Problem &Recorded, const CodeBefore &Before, const Descendants &D,
                           const Moves &M)
    : Recorded(Recorded) {
  numberSlots(A, D);
  if (!Count)
    return;
  addWrites(A, Before, M);
  addStores(M);
  std::stable_sort(Events.begin(), Events.end(), [](const Event &X, const Event &Y) {
    return std::tie(X.Node, X.Block, X.Position) < std::tie(Y.Node, Y.Block, Y.Position);
  });
  solve();
}

void SlotContents::numberSlots(const Analyses &A, const Descendants &D) {
  NumberOf.assign(Recorded.Nodes.size(), -1);
  for (int Node : D.Edited.set_bits())
    if (A.VRM.getStackSlot(Recorded.Nodes[Node].Reg) != VirtRegMap::NO_STACK_SLOT)
      NumberOf[Node] = static_cast<int>(Count++);
}

/// What an instruction of the problem writes is in the slot only if it writes the slot itself, or writes nothing in
/// particular: LLVM stores no such value, and leaves a KILL in the place of a copy that would.
void SlotContents::addWrites(const Analyses &A, const CodeBefore &Before, const Moves &M) {
  SpillSlots Slots(A.MF, Recorded.FirstSlot);
  const SlotIndexes &Indexes = *A.LIS.getSlotIndexes();
  auto Changed = M.Changed.begin();
  int Block = 0;
  for (const NodeOperand &O : Recorded.Operands) {
    if (!(O.Flags & OperandFlag::Write) || NumberOf[O.Node] < 0)
      continue;
    const OriginalInstruction &I = Before.instructions()[O.Instruction];
    bool IsUndefined = I.Opcode == TargetOpcode::IMPLICIT_DEF, IsStored = false;
    if (IsUndefined && (O.Flags & OperandFlag::Read))
      continue; // the other parts of the register stay what they are
    while (Changed != M.Changed.end() && Changed->Instruction < O.Instruction)
      ++Changed;
    if (Changed != M.Changed.end() && Changed->Instruction == O.Instruction && !(Changed->Flags & ChangeFlag::Gone)) {
      const MachineInstr &Now = *Indexes.getInstructionFromIndex(I.Index);
      IsUndefined |= Now.isKill();
      IsStored = Slots.isWritten(Now, A.VRM.getStackSlot(Recorded.Nodes[O.Node].Reg));
    }
    while (Block + 1 < int(Recorded.Blocks.size()) && Recorded.Blocks[Block + 1].FirstInstruction <= O.Instruction)
      ++Block;
    Events.push_back({O.Node, Block, 2 * O.Instruction + 1, IsUndefined || IsStored});
  }
}

void SlotContents::addStores(const Moves &M) {
  for (const Move &Inserted : M.Inserted)
    if (Inserted.To < 0 && Inserted.Node >= 0 && NumberOf[Inserted.Node] >= 0)
      Events.push_back({Inserted.Node, Inserted.Block, 2 * Inserted.Instruction, true});
}

/// Forwards: at a block's begin a slot holds what it holds at the end of each predecessor.
void SlotContents::solve() {
  size_t Blocks = Recorded.Blocks.size();
  std::vector<BitVector> Gained(Blocks, BitVector(Count)), Lost(Blocks, BitVector(Count));
  for (const Event &E : Events) { // of the events in a block the last one counts
    unsigned Number = NumberOf[E.Node];
    (E.Holds ? Gained : Lost)[E.Block].set(Number);
    (E.Holds ? Lost : Gained)[E.Block].reset(Number);
  }
  AtBegin.assign(Blocks, BitVector(Count, true));
  AtBegin.front().reset();
  for (bool IsChanging = true; IsChanging;) {
    IsChanging = false;
    for (size_t Block = 0; Block < Blocks; ++Block) {
      BitVector AtEnd = AtBegin[Block];
      AtEnd.reset(Lost[Block]);
      AtEnd |= Gained[Block];
      for (const BlockSuccessor &S : Recorded.Blocks[Block].Successors)
        if (AtBegin[S.Block].test(AtEnd)) { // some bit is set here that is not set there
          AtBegin[S.Block] &= AtEnd;
          IsChanging = true;
        }
    }
  }
}

int SlotContents::blockAt(int Position) const {
  auto Behind =
      upper_bound(Recorded.Blocks, Position, [](int P, const Block &B) { return P < 2 * B.FirstInstruction; });
  return static_cast<int>(Behind - Recorded.Blocks.begin()) - 1;
}

ArrayRef<SlotContents::Event> SlotContents::eventsOf(int Node) const {
  auto First = lower_bound(Events, Node, [](const Event &E, int N) { return E.Node < N; });
  auto Last = std::find_if(First, Events.end(), [&](const Event &E) { return E.Node != Node; });
  return ArrayRef<Event>(Events).slice(First - Events.begin(), Last - First);
}

std::vector<PositionRange> SlotContents::holding(int Node, ArrayRef<PositionRange> Within) const {
  std::vector<PositionRange> Result;
  if (Within.empty() || NumberOf[Node] < 0)
    return Result;
  ArrayRef<Event> Mine = eventsOf(Node);
  int Last = static_cast<int>(Recorded.Blocks.size()) - 1;
  for (PositionRange R : Within)
    for (int Block = blockAt(R.First); R.First < R.Last; ++Block) {
      int End = Block == Last ? R.Last : std::min(R.Last, 2 * Recorded.Blocks[Block + 1].FirstInstruction);
      addHolding(Node, Block, {R.First, End}, Mine, Result);
      R.First = End;
    }
  return Result;
}

/// `R` lies in one block.
void SlotContents::addHolding(int Node, int Block, PositionRange R, ArrayRef<Event> Mine,
                              std::vector<PositionRange> &Result) const {
  auto add = [&](int First, int Last) {
    if (!Result.empty() && Result.back().Last == First)
      Result.back().Last = Last;
    else
      Result.push_back({First, Last});
  };
  bool Holds = AtBegin[Block].test(NumberOf[Node]);
  auto E = lower_bound(Mine, Block, [](const Event &X, int B) { return X.Block < B; });
  for (; E != Mine.end() && E->Block == Block && E->Position < R.Last; ++E) {
    if (Holds && R.First < E->Position)
      add(R.First, E->Position);
    R.First = std::max(R.First, E->Position);
    Holds = E->Holds;
  }
  if (Holds && R.First < R.Last)
    add(R.First, R.Last);
}

} // namespace mlra
