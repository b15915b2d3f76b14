//===- Merges.cpp - Value numbers that merge nothing ----------------------===//
#include "record/Merges.h"

#include "llvm/ADT/GraphTraits.h"
#include "llvm/ADT/SCCIterator.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/ADT/SmallVector.h"

#include <vector>

using namespace llvm;

namespace mlra {

namespace {

/// A value number at a block's start; no value at all may come in, too: null.
struct MergeNode {
  const VNInfo *Number = nullptr;
  SmallVector<const VNInfo *, 4> Incoming;
  SmallVector<MergeNode *, 4> Undecided; ///< those among Incoming that are judged together with this one
};

} // namespace

} // namespace mlra

template <> struct llvm::GraphTraits<mlra::MergeNode *> {
  using NodeRef = mlra::MergeNode *;
  using ChildIteratorType = SmallVectorImpl<mlra::MergeNode *>::iterator;
  static NodeRef getEntryNode(NodeRef Root) { return Root; }
  static ChildIteratorType child_begin(NodeRef Node) { return Node->Undecided.begin(); }
  static ChildIteratorType child_end(NodeRef Node) { return Node->Undecided.end(); }
};

namespace mlra {

namespace {

using MergeGroup = std::vector<MergeNode *>;

/// Braun et al., Simple and Efficient Construction of SSA Form, algorithm 5: merges that get each other's values and
/// one more are none; where they get several more, those that get one right away are, and the others are looked at
/// again.
class MergeJudge {
public:
  explicit MergeJudge(DenseMap<const VNInfo *, const VNInfo *> &StandsFor) : StandsFor(StandsFor) {}

  void decide(const MergeGroup &All) {
    DenseMap<const VNInfo *, MergeNode *> Open;
    for (MergeNode *M : All)
      Open[M->Number] = M;
    MergeNode Root;
    Root.Undecided.assign(All.begin(), All.end());
    for (MergeNode *M : All) {
      M->Undecided.clear();
      for (const VNInfo *Number : M->Incoming)
        if (MergeNode *Other = Open.lookup(Number))
          M->Undecided.push_back(Other);
    }
    std::vector<MergeGroup> Groups;
    for (auto Found = scc_begin(&Root); !Found.isAtEnd(); ++Found)
      Groups.push_back(*Found);
    Groups.pop_back();                 // the root
    for (const MergeGroup &C : Groups) // each behind those whose values come into it
      judge(C);
  }

private:
  void judge(const MergeGroup &C) {
    SmallPtrSet<const VNInfo *, 8> Own, Values;
    for (const MergeNode *M : C)
      Own.insert(M->Number);
    MergeGroup Inner;
    for (MergeNode *M : C) {
      bool IsInner = true;
      for (const VNInfo *Number : M->Incoming)
        if (!Own.count(Number)) {
          Values.insert(resolved(Number));
          IsInner = false;
        }
      if (IsInner)
        Inner.push_back(M);
    }
    if (Values.size() == 1 && *Values.begin()) {
      for (const MergeNode *M : C)
        StandsFor[M->Number] = *Values.begin();
    } else if (!Inner.empty() && Inner.size() < C.size()) {
      decide(Inner);
    }
  }

  const VNInfo *resolved(const VNInfo *Number) const {
    auto Found = StandsFor.find(Number);
    return Found == StandsFor.end() ? Number : Found->second;
  }

  DenseMap<const VNInfo *, const VNInfo *> &StandsFor;
};

} // namespace

Merges::Merges(const LiveIntervals &LIS, const LiveInterval &LI) {
  std::vector<MergeNode> Found;
  for (const VNInfo *Number : LI.valnos) {
    if (Number->isUnused() || !Number->isPHIDef())
      continue;
    MergeNode &M = Found.emplace_back();
    M.Number = Number;
    for (const MachineBasicBlock *Before : LIS.getMBBFromIndex(Number->def)->predecessors())
      M.Incoming.push_back(LI.getVNInfoBefore(LIS.getMBBEndIdx(Before)));
  }
  if (Found.empty())
    return;
  MergeGroup All;
  for (MergeNode &M : Found)
    All.push_back(&M);
  MergeJudge(StandsFor).decide(All);
}

} // namespace mlra
