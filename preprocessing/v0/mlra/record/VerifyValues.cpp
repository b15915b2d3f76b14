//===- VerifyValues.cpp - Where values meet, by dominance -----------------===//
#include "record/VerifyValues.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/CodeGen/MachineDominators.h"
#include "llvm/Support/GenericIteratedDominanceFrontier.h"

using namespace llvm;

namespace mlra {

namespace {

class Meetings {
public:
  Meetings(const Analyses &A, const Problem &Recorded) : A(A), Recorded(Recorded) {
    Tree.recalculate(A.MF);
    for (MachineBasicBlock &MBB : A.MF)
      Layout.push_back(&MBB);
  }

  /// Places of blocks in the layout, ascending.
  std::vector<int> computed(const Node &N) {
    SmallPtrSet<MachineBasicBlock *, 8> Defining;
    for (const Value &V : N.Values)
      if (V.Definition >= 0)
        if (MachineBasicBlock *MBB = Layout[blockOf(V.Definition)]; Tree.isReachableFromEntry(MBB))
          Defining.insert(MBB);
    IDFCalculatorBase<MachineBasicBlock, false> Frontier(Tree);
    Frontier.setDefiningBlocks(Defining);
    SmallVector<MachineBasicBlock *, 8> Reached;
    Frontier.calculate(Reached);
    const LiveInterval &LI = A.LIS.getInterval(N.Reg);
    std::vector<int> Blocks;
    for (size_t Block = 0; Block < Layout.size(); ++Block)
      if (is_contained(Reached, Layout[Block]) && A.LIS.isLiveInToMBB(LI, Layout[Block]))
        Blocks.push_back(static_cast<int>(Block));
    return Blocks;
  }

  std::vector<int> recorded(const Node &N) const {
    std::vector<int> Blocks;
    for (const Value &V : N.Values)
      if (V.Definition < 0 && Tree.isReachableFromEntry(Layout[-1 - V.Definition]))
        Blocks.push_back(-1 - V.Definition);
    llvm::sort(Blocks);
    return Blocks;
  }

private:
  size_t blockOf(int Instruction) const {
    auto Behind =
        upper_bound(Recorded.Blocks, Instruction, [](int I, const Block &B) { return I < B.FirstInstruction; });
    return Behind - Recorded.Blocks.begin() - 1;
  }

  const Analyses &A;
  const Problem &Recorded;
  DomTreeBase<MachineBasicBlock> Tree;
  std::vector<MachineBasicBlock *> Layout;
};

std::string listed(const std::vector<int> &Blocks) {
  std::string Text;
  for (int Block : Blocks)
    Text += (Text.empty() ? "" : ", ") + std::to_string(Block);
  return Text.empty() ? "none" : Text;
}

} // namespace

void verifyValues(const Analyses &A, const Problem &Recorded, Findings &Found) {
  Meetings Blocks(A, Recorded);
  for (const Node &N : Recorded.Nodes)
    if (std::vector<int> Expected = Blocks.computed(N), Said = Blocks.recorded(N); Expected != Said)
      Found.push_back("values of " + nameOf(N.Reg) + " meet at the start of the blocks " + listed(Said) +
                      ", by dominance " + listed(Expected));
}

} // namespace mlra
