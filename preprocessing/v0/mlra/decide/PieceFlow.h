//===- PieceFlow.h - Where a planned node's value is, on every path -------===//
//
// The value is in several places at a time: a move adds one, and what writes the node leaves one alone. A place holds
// it at the begin of a block if it does at the end of all blocks before.
//
//===----------------------------------------------------------------------===//
#ifndef MLRA_DECIDE_PIECEFLOW_H
#define MLRA_DECIDE_PIECEFLOW_H

#include "decide/PiecePlan.h"

#include "llvm/ADT/STLFunctionalExtras.h"

namespace mlra {

/// A bit a place of the plan.
using PlaceSet = uint64_t;
inline constexpr PlaceSet Anywhere = ~PlaceSet(0);
inline constexpr PlaceIndex SlotOrNowhere = 0;
inline constexpr unsigned MostPlaces = 64;

inline PlaceSet only(PlaceIndex Place) { return PlaceSet(1) << Place; }

class PieceFlow {
public:
  /// Of a plan that has its operands and its moves; the places of its operands may change meanwhile.
  PieceFlow(const Analyses &A, const NumberedCode &Code, const RecordedParts &Recorded, const PiecePlan &Plan);

  /// With `StoresAll` the slot has each value as soon as it is there.
  void solve(bool StoresAll);

  /// Calls `Read` with each operand that reads, by its index, and the places that then hold the value. Returns whether
  /// every move reads such a place.
  bool forEachRead(llvm::function_ref<void(size_t, PlaceSet)> Read) const;

private:
  /// What happens to the node's places at one instruction: first the moves in front of it, then what it reads, then
  /// what it writes.
  struct Event {
    int Instruction;
    enum Phase { Moves, Reads, Writes } When;
    size_t Index; ///< in Plan.Moves or Plan.Operands
  };

  void orderEvents(const RecordedParts &Recorded);
  PlaceSet heldAtEntry(const llvm::MachineBasicBlock &MBB) const;
  PlaceSet runThrough(int Block, PlaceSet Held, llvm::function_ref<void(size_t, PlaceSet)> Read,
                      bool &IsMoveOfNothing) const;

  const Analyses &A;
  const NumberedCode &Code;
  const PiecePlan &Plan;
  const llvm::LiveInterval &LI;
  bool StoresAll = false;
  std::vector<std::vector<Event>> EventsOf; ///< by block
  std::vector<PlaceSet> HeldAtEnd;          ///< by block
};

} // namespace mlra

#endif
