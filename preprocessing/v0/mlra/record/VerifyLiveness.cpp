//===- VerifyLiveness.cpp - Where nodes live, by recorded numbers ---------===//
//
// Backwards over the code: a read makes a node live, a write that keeps nothing of it ends that. A write behind which
// it does not live takes the position right behind the instruction.
//
//===----------------------------------------------------------------------===//
#include "record/VerifyLiveness.h"

#include "record/Flags.h"

#include <algorithm>

using namespace llvm;

namespace mlra {

namespace {

/// What one instruction does to one node.
struct Event {
  int Instruction;
  bool Reads = false, Writes = false, Kills = false, IsEarly = false;

  int written() const { return 2 * Instruction + (IsEarly ? 0 : 1); }
};

std::vector<std::vector<Event>> eventsOfNodes(const Problem &P) {
  std::vector<std::vector<Event>> EventsOf(P.Nodes.size());
  for (const NodeOperand &O : P.Operands) {
    std::vector<Event> &Events = EventsOf[O.Node];
    if (Events.empty() || Events.back().Instruction != O.Instruction)
      Events.push_back({O.Instruction});
    Event &E = Events.back();
    bool Reads = O.Flags & OperandFlag::Read, Writes = O.Flags & OperandFlag::Write;
    E.Reads |= Reads;
    E.Writes |= Writes;
    E.Kills |= Writes && !Reads;
    E.IsEarly |= Writes && (O.Flags & OperandFlag::EarlyClobber);
  }
  return EventsOf;
}

/// Ranges of positions, sorted and joined where they touch.
class Ranges {
public:
  void add(int First, int Last) {
    if (First < Last)
      Pieces.push_back({First, Last});
  }

  std::vector<int> joined() {
    std::sort(Pieces.begin(), Pieces.end());
    std::vector<int> Live;
    for (auto [First, Last] : Pieces) {
      if (!Live.empty() && Live.back() >= First)
        Live.back() = std::max(Live.back(), Last);
      else
        Live.push_back(First), Live.push_back(Last);
    }
    return Live;
  }

private:
  std::vector<std::pair<int, int>> Pieces;
};

class Liveness {
public:
  explicit Liveness(const Problem &P)
      : Blocks(P.Blocks), Count(static_cast<int>(P.Shapes.size())), Predecessors(Blocks.size()),
        IsLiveOut(Blocks.size()) {
    for (size_t Block = 0; Block < Blocks.size(); ++Block)
      for (const BlockSuccessor &S : Blocks[Block].Successors)
        Predecessors[S.Block].push_back(static_cast<int>(Block));
  }

  std::vector<int> ranges(const std::vector<Event> &AllEvents) {
    Events = &AllEvents;
    std::fill(IsLiveOut.begin(), IsLiveOut.end(), false);
    std::vector<int> Pending;
    for (size_t Block = 0; Block < Blocks.size(); ++Block)
      if (isLiveIn(static_cast<int>(Block), nullptr))
        Pending.push_back(static_cast<int>(Block));
    while (!Pending.empty()) {
      int Block = Pending.back();
      Pending.pop_back();
      for (int Before : Predecessors[Block]) {
        if (IsLiveOut[Before])
          continue;
        IsLiveOut[Before] = true;
        if (isLiveIn(Before, nullptr))
          Pending.push_back(Before);
      }
    }
    Ranges Found;
    for (size_t Block = 0; Block < Blocks.size(); ++Block)
      isLiveIn(static_cast<int>(Block), &Found);
    return Found.joined();
  }

private:
  int start(int Block) const {
    return Block < static_cast<int>(Blocks.size()) ? Blocks[Block].FirstInstruction : Count;
  }

  /// Walks over a block's events, the last one first, and adds where the node lives on the way.
  bool isLiveIn(int Block, Ranges *Found) const {
    int First = start(Block), Next = start(Block + 1);
    auto ByInstruction = [](const Event &E, int Instruction) { return E.Instruction < Instruction; };
    auto Begin = std::lower_bound(Events->begin(), Events->end(), First, ByInstruction);
    auto It = std::lower_bound(Begin, Events->end(), Next, ByInstruction);
    bool IsLive = IsLiveOut[Block];
    int End = 2 * Next;
    while (It != Begin) {
      const Event &E = *--It;
      if (E.Writes && Found)
        Found->add(E.written(), IsLive ? End : 2 * E.Instruction + 2);
      if (E.Kills)
        IsLive = false;
      if (E.Reads && !IsLive)
        IsLive = true, End = 2 * E.Instruction + 1;
    }
    if (IsLive && Found)
      Found->add(2 * First, End);
    return IsLive;
  }

  const std::vector<Block> &Blocks;
  int Count;
  std::vector<std::vector<int>> Predecessors;
  std::vector<bool> IsLiveOut;
  const std::vector<Event> *Events = nullptr;
};

/// `node_live`: the instructions right behind which the node lives, or that write it in vain.
std::vector<int> instructionsOf(const std::vector<int> &Positions) {
  std::vector<int> Live;
  for (size_t I = 0; I < Positions.size(); I += 2) {
    int First = Positions[I] / 2, Last = Positions[I + 1] / 2; // 2 i + 1 is in it
    if (First == Last)
      continue;
    if (!Live.empty() && Live.back() == First)
      Live.back() = Last;
    else
      Live.push_back(First), Live.push_back(Last);
  }
  return Live;
}

} // namespace

void verifyLiveness(const Analyses &A, const Positions &P, const Problem &Recorded, Findings &Found) {
  std::vector<std::vector<Event>> EventsOf = eventsOfNodes(Recorded);
  Liveness Computed(Recorded);
  for (size_t I = 0; I < Recorded.Nodes.size(); ++I) {
    const Node &N = Recorded.Nodes[I];
    std::vector<int> Live = Computed.ranges(EventsOf[I]);
    Ranges Expected;
    for (const LiveRange::Segment &S : A.LIS.getInterval(N.Reg))
      Expected.add(P.positionOfBegin(S.start), P.positionOfEnd(S.end));
    if (std::vector<int> Positions = Expected.joined(); Positions != Live)
      Found.push_back(nameOf(N.Reg) + " lives at the positions " + rangesIn(Positions) + ", from its operands " +
                      rangesIn(Live));
    std::vector<int> Instructions;
    for (const InstructionRange &Range : N.Live)
      Instructions.push_back(Range.First), Instructions.push_back(Range.Last);
    if (std::vector<int> Behind = instructionsOf(Live); Behind != Instructions)
      Found.push_back(nameOf(N.Reg) + " lives behind the instructions " + rangesIn(Instructions) +
                      ", from its operands " + rangesIn(Behind));
  }
}

} // namespace mlra
