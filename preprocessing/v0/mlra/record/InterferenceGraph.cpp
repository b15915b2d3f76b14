//===- InterferenceGraph.cpp - Which virtual registers are live at once --------===//
#include "record/InterferenceGraph.h"

#include <algorithm>
#include <numeric>

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

/// Stable; `Number` gives one below `Count`.
template <typename NumberT>
void countingSort(const std::vector<Edge> &From, std::vector<Edge> &To, unsigned Count, NumberT Number) {
  std::vector<size_t> Next(Count + 1);
  for (const Edge &E : From)
    ++Next[Number(E) + 1];
  std::partial_sum(Next.begin(), Next.end(), Next.begin());
  To.resize(From.size());
  for (const Edge &E : From)
    To[Next[Number(E)]++] = E;
}

/// Of `Count` nodes. Dense functions have far more edges than nodes, so that no comparison is needed.
void sortAndDedupe(std::vector<Edge> &Edges, unsigned Count) {
  std::vector<Edge> BySecond;
  countingSort(Edges, BySecond, Count, [](const Edge &E) { return E.second; });
  countingSort(BySecond, Edges, Count, [](const Edge &E) { return E.first; });
  Edges.erase(std::unique(Edges.begin(), Edges.end()), Edges.end());
}

} // namespace

std::vector<Edge> sweepInterference(ArrayRef<const LiveInterval *> Intervals) {
  std::vector<Segment> Active;
  std::vector<Edge> Edges;
  unsigned Count = Intervals.size();
  size_t DedupeAt = size_t(1) << 20; // a pair is met once a segment: keep the list near the size of the answer
  for (const Segment &S : segmentsByStart(Intervals)) {
    size_t Kept = 0;
    for (const Segment &Other : Active) {
      if (Other.End <= S.Start)
        continue;
      Active[Kept++] = Other;
      if (Other.Owner != S.Owner)
        Edges.push_back(std::minmax(S.Owner, Other.Owner));
    }
    Active.resize(Kept);
    Active.push_back(S);
    if (Edges.size() > DedupeAt) {
      sortAndDedupe(Edges, Count);
      DedupeAt = std::max(DedupeAt, 2 * Edges.size());
    }
  }
  sortAndDedupe(Edges, Count);
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
