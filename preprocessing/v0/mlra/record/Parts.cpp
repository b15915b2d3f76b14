//===- Parts.cpp - Where each node lies at every point of its life -------------===//
#include "record/Parts.h"

#include "record/Fates.h"
#include "record/SlotContents.h"

#include "llvm/CodeGen/MachineRegisterInfo.h"

#include <algorithm>
#include <tuple>

using namespace llvm;

namespace mlra {

namespace {

using Ranges = std::vector<PositionRange>;

bool isSorted(const PositionRange &X, const PositionRange &Y) { return X.First < Y.First; }

/// Sorted, without those that are empty; those that touch become one.
Ranges joined(Ranges All) {
  llvm::sort(All, isSorted);
  Ranges Result;
  for (const PositionRange &R : All) {
    if (R.First >= R.Last)
      continue;
    if (!Result.empty() && R.First <= Result.back().Last)
      Result.back().Last = std::max(Result.back().Last, R.Last);
    else
      Result.push_back(R);
  }
  return Result;
}

/// What of `From` no range of `Away` covers; both are joined.
Ranges without(const Ranges &From, const Ranges &Away) {
  Ranges Result;
  auto Next = Away.begin();
  for (PositionRange R : From) {
    while (Next != Away.end() && Next->Last <= R.First)
      ++Next;
    for (auto Cut = Next; Cut != Away.end() && Cut->First < R.Last; ++Cut) {
      if (R.First < Cut->First)
        Result.push_back({R.First, Cut->First});
      R.First = std::max(R.First, Cut->Last);
    }
    if (R.First < R.Last)
      Result.push_back(R);
  }
  return Result;
}

template <typename LiveT> Ranges positionsOf(const LiveT &Segments, const CodeBefore &Before) {
  Ranges Result;
  for (const auto &S : Segments)
    Result.push_back(Before.positions(S.start, S.end));
  return joined(std::move(Result));
}

class PartCollector {
public:
  PartCollector(const Analyses &A, const LiveStacks &Stacks, const Problem &Recorded, const CodeBefore &Before,
                const Descendants &D, const SlotContents &Contents)
      : A(A), Stacks(Stacks), Recorded(Recorded), Before(Before), D(D), Contents(Contents) {}

  /// The parts of one node. `Next` is its first descendant, and moves behind its last.
  void collect(int Node, size_t &Next, std::vector<Part> &Pieces) const {
    size_t First = Pieces.size();
    Ranges Held = collectRegisters(Node, Next, Pieces);
    Ranges Rest = without(life(Node), Held);
    if (!Rest.empty()) {
      Ranges InSlot = Contents.holding(Node, without(Rest, without(Rest, slotPositions(Node))));
      for (const PositionRange &R : InSlot)
        Pieces.push_back({Node, R, slotPlace(Node)});
      for (const PositionRange &R : without(Rest, InSlot))
        Pieces.push_back({Node, R, 0});
    }
    std::sort(Pieces.begin() + First, Pieces.end(), [](const Part &X, const Part &Y) {
      return std::tie(X.Range.First, X.Place) < std::tie(Y.Range.First, Y.Place);
    });
  }

private:
  Ranges life(int Node) const {
    Ranges Result;
    for (const OriginalSegment &S : Before.segments(Node))
      Result.push_back(Before.positions(S.Start, S.End));
    return joined(std::move(Result));
  }

  /// Several descendants may lie in one register, and then be one part. Returns where any register holds the node.
  Ranges collectRegisters(int Node, size_t &Next, std::vector<Part> &Pieces) const {
    std::vector<std::pair<unsigned, PositionRange>> InRegister;
    Ranges Held;
    for (; Next < D.Registers.size() && D.Registers[Next].first == Node; ++Next) {
      Register Reg = D.Registers[Next].second;
      if (!A.VRM.hasPhys(Reg) || !A.LIS.hasInterval(Reg))
        continue;
      for (const PositionRange &R : positionsOf(A.LIS.getInterval(Reg), Before)) {
        InRegister.push_back({A.VRM.getPhys(Reg).id(), R});
        Held.push_back(R);
      }
    }
    llvm::sort(InRegister, [](const auto &X, const auto &Y) {
      return std::tie(X.first, X.second.First) < std::tie(Y.first, Y.second.First);
    });
    for (size_t I = 0; I < InRegister.size();) {
      unsigned Reg = InRegister[I].first;
      Ranges Of;
      for (; I < InRegister.size() && InRegister[I].first == Reg; ++I)
        Of.push_back(InRegister[I].second);
      for (const PositionRange &R : joined(std::move(Of)))
        Pieces.push_back({Node, R, static_cast<int>(Reg)});
    }
    return joined(std::move(Held));
  }

  int slotOf(int Node) const { return A.VRM.getStackSlot(Recorded.Nodes[Node].Reg); }
  int slotPlace(int Node) const { return -1 - (slotOf(Node) - Recorded.FirstSlot); }

  Ranges slotPositions(int Node) const {
    int Slot = slotOf(Node);
    if (Slot == VirtRegMap::NO_STACK_SLOT || !Stacks.hasInterval(Slot))
      return {};
    return positionsOf(Stacks.getInterval(Slot), Before);
  }

  const Analyses &A;
  const LiveStacks &Stacks;
  const Problem &Recorded;
  const CodeBefore &Before;
  const Descendants &D;
  const SlotContents &Contents;
};

/// Nodes of which two registers hold a value at once somewhere.
BitVector overlapping(ArrayRef<Part> Pieces, size_t Nodes) {
  BitVector Result(Nodes);
  int Last = 0;
  for (size_t I = 0; I < Pieces.size(); ++I) {
    bool IsSame = I && Pieces[I - 1].Node == Pieces[I].Node;
    if (IsSame && Pieces[I].Range.First < Last)
      Result.set(Pieces[I].Node);
    Last = IsSame ? std::max(Last, Pieces[I].Range.Last) : Pieces[I].Range.Last;
  }
  return Result;
}

class ChoiceCollector {
public:
  ChoiceCollector(const Analyses &A, const Problem &Recorded, const CodeBefore &Before, ArrayRef<Part> Pieces)
      : A(A), Recorded(Recorded), Before(Before), Pieces(Pieces) {}

  void collect(int Node, Register Reg, std::vector<Choice> &Choices) const {
    for (const MachineOperand &Named : A.MF.getRegInfo().reg_nodbg_operands(Reg)) {
      const MachineInstr &MI = *Named.getParent();
      SlotIndex Index = A.LIS.getInstructionIndex(MI);
      int Instruction = Before.instructionAt(Index);
      if (Named.isUse() && Named.isUndef())
        continue;
      if (!Before.isInstruction(Index) || !Before.isUnchanged(Instruction, MI))
        continue;
      int Position = 2 * Instruction + (Named.isDef() && !Named.isEarlyClobber());
      if (!hasSeveral(Node, Position))
        continue;
      if (std::optional<unsigned> Entry = Before.entryOf(Recorded, Instruction, Named))
        Choices.push_back({*Entry, static_cast<MCPhysReg>(A.VRM.getPhys(Reg).id())});
    }
  }

private:
  bool hasSeveral(int Node, int Position) const {
    auto First = std::lower_bound(Pieces.begin(), Pieces.end(), Node,
                                  [](const Part &P, int N) { return P.Node < N; });
    unsigned Count = 0;
    for (; First != Pieces.end() && First->Node == Node && First->Range.First <= Position; ++First)
      Count += First->Range.Last > Position && First->Place > 0;
    return Count > 1;
  }

  const Analyses &A;
  const Problem &Recorded;
  const CodeBefore &Before;
  ArrayRef<Part> Pieces;
};

} // namespace

Parts collectParts(const Analyses &A, const LiveStacks &Stacks, const Problem &Recorded, const CodeBefore &Before,
                   const Descendants &D, const Moves &M) {
  Parts Result;
  SlotContents Contents(A, Recorded, Before, D, M);
  PartCollector Collector(A, Stacks, Recorded, Before, D, Contents);
  size_t Next = 0;
  for (int Node : D.Edited.set_bits())
    Collector.collect(Node, Next, Result.Pieces);
  Result.Fates = collectFates(Recorded, Before, D, M, Result.Pieces);
  erase_if(Result.Pieces, [&](const Part &P) { return !Result.Fates[P.Node]; });

  BitVector Overlapping = overlapping(Result.Pieces, Recorded.Nodes.size());
  ChoiceCollector Choices(A, Recorded, Before, Result.Pieces);
  for (auto [Node, Reg] : D.Registers)
    if (Overlapping.test(Node))
      Choices.collect(Node, Reg, Result.Choices);
  llvm::sort(Result.Choices, [](const Choice &X, const Choice &Y) { return X.Operand < Y.Operand; });
  return Result;
}

} // namespace mlra
