//===- InterferenceGraph.cpp - Which virtual registers are live at once --------===//
#include "record/InterferenceGraph.h"

#include <algorithm>

using namespace llvm;

namespace mlra {

namespace {

struct Segment {
  SlotIndex Start;
  SlotIndex End;
  unsigned Owner;
};

std::vector<Segment> segmentsByStart(ArrayRef<const LiveInterval *> Intervals) {
  std::vector<Segment> Segments;
  for (unsigned Owner = 0; Owner < Intervals.size(); ++Owner)
    for (const LiveRange::Segment &S : *Intervals[Owner])
      Segments.push_back({S.start, S.end, Owner});
  std::sort(Segments.begin(), Segments.end(), [](const Segment &A, const Segment &B) {
    return A.Start != B.Start ? A.Start < B.Start : A.Owner < B.Owner;
  });
  return Segments;
}

void sortAndDedupe(std::vector<uint64_t> &Pairs) {
  std::sort(Pairs.begin(), Pairs.end());
  Pairs.erase(std::unique(Pairs.begin(), Pairs.end()), Pairs.end());
}

} // namespace

std::vector<Edge> sweepInterference(ArrayRef<const LiveInterval *> Intervals) {
  std::vector<Segment> Active;
  std::vector<uint64_t> Pairs;
  size_t DedupeAt = size_t(1) << 20; // a pair is met once a segment: keep the list near the size of the answer
  for (const Segment &S : segmentsByStart(Intervals)) {
    size_t Kept = 0;
    for (const Segment &Other : Active) {
      if (Other.End <= S.Start)
        continue;
      Active[Kept++] = Other;
      if (Other.Owner != S.Owner)
        Pairs.push_back(uint64_t(std::min(S.Owner, Other.Owner)) << 32 | std::max(S.Owner, Other.Owner));
    }
    Active.resize(Kept);
    Active.push_back(S);
    if (Pairs.size() > DedupeAt) {
      sortAndDedupe(Pairs);
      DedupeAt = std::max(DedupeAt, 2 * Pairs.size());
    }
  }
  sortAndDedupe(Pairs);
  std::vector<Edge> Edges;
  Edges.reserve(Pairs.size());
  for (uint64_t Pair : Pairs)
    Edges.emplace_back(static_cast<unsigned>(Pair >> 32), static_cast<unsigned>(Pair));
  return Edges;
}

std::vector<Edge> compareAllPairs(ArrayRef<const LiveInterval *> Intervals) {
  std::vector<Edge> Edges;
  for (unsigned U = 0; U < Intervals.size(); ++U)
    for (unsigned V = U + 1; V < Intervals.size(); ++V)
      if (!Intervals[U]->empty() && !Intervals[V]->empty() && Intervals[U]->overlaps(*Intervals[V]))
        Edges.emplace_back(U, V);
  return Edges;
}

} // namespace mlra
