//===- SlotContents.h - Where a spill slot holds its node's value ---------===//
//
// LiveStacks tells where a slot may serve for nothing else: for the whole life of a value, once a store of it has been
// moved. Whether the value is in the slot there, or is computed anew until it is stored, only the stores tell.
//
//===----------------------------------------------------------------------===//
#ifndef MLRA_RECORD_SLOTCONTENTS_H
#define MLRA_RECORD_SLOTCONTENTS_H

#include "record/CodeBefore.h"
#include "record/Descendants.h"
#include "record/Moves.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/BitVector.h"

#include <vector>

namespace mlra {

class SlotContents {
public:
  SlotContents(const Analyses &A, const Problem &Recorded, const CodeBefore &Before, const Descendants &D,
               const Moves &M);

  /// Where within the ranges, which are sorted, the node's slot holds its newest value. A value that is nothing in
  /// particular is in every slot.
  std::vector<PositionRange> holding(int Node, llvm::ArrayRef<PositionRange> Within) const;

private:
  /// From a position on the slot of a node holds the node's value, or no longer does.
  struct Event {
    int Node;
    int Block;
    int Position;
    bool Holds;
  };

  void numberSlots(const Analyses &A, const Descendants &D);
  void addWrites(const Analyses &A, const CodeBefore &Before, const Moves &M);
  void addStores(const Moves &M);
  void solve();
  int blockAt(int Position) const;
  llvm::ArrayRef<Event> eventsOf(int Node) const;
  void addHolding(int Node, int Block, PositionRange R, llvm::ArrayRef<Event> Mine,
                  std::vector<PositionRange> &Result) const;

  const Problem &Recorded;
  std::vector<int> NumberOf; ///< of each node's slot; -1 without one
  unsigned Count = 0;
  std::vector<Event> Events;            ///< by node, in the order of the code
  std::vector<llvm::BitVector> AtBegin; ///< a block: slots that hold their value, by number
};

} // namespace mlra

#endif
