//===- BlockNumbers.cpp - The numbers of the blocks ----------------------------===//
#include "text/BlockNumbers.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/CodeGen/MachineBasicBlock.h"
#include "llvm/CodeGen/SlotIndexes.h"
#include "llvm/IR/Function.h"

#include <algorithm>
#include <vector>

using namespace llvm;

namespace mlra {

char RestoreBlockNumbers::ID = 0;

namespace {

// Registered as an analysis, so that it is scheduled once, before the analyses that go by the numbers; as one of the CFG,
// so that LiveIntervals counts as preserving it: else LLVM 19 cannot schedule the basic allocator behind both.
RegisterPass<RestoreBlockNumbers> Entry("mlra-block-numbers", "Restore recorded block numbers", /*CFGOnly=*/true,
                                        /*is_analysis=*/true);

std::vector<unsigned> ranksByNumber(const MachineFunction &MF) {
  std::vector<int> Numbers;
  for (const MachineBasicBlock &MBB : MF)
    Numbers.push_back(MBB.getNumber());
  std::vector<int> Sorted = Numbers;
  std::sort(Sorted.begin(), Sorted.end());
  std::vector<unsigned> Ranks;
  for (int Number : Numbers)
    Ranks.push_back(std::lower_bound(Sorted.begin(), Sorted.end(), Number) - Sorted.begin());
  return Ranks;
}

/// The ranks of a description; empty unless it is a permutation of 0…Count-1.
std::vector<unsigned> parseRanks(StringRef Description, size_t Count) {
  std::vector<unsigned> Ranks;
  SmallVector<StringRef, 16> Runs;
  Description.split(Runs, ' ', /*MaxSplit=*/-1, /*KeepEmpty=*/false);
  for (StringRef Run : Runs) {
    auto [FirstText, LastText] = Run.split('-');
    unsigned First, Last;
    if (FirstText.getAsInteger(10, First) || (LastText.empty() ? FirstText : LastText).getAsInteger(10, Last) ||
        Last < First || Last >= Count)
      return {};
    for (unsigned Rank = First; Rank <= Last; ++Rank)
      Ranks.push_back(Rank);
  }
  std::vector<unsigned> Sorted = Ranks;
  std::sort(Sorted.begin(), Sorted.end());
  for (size_t I = 0; I < Sorted.size(); ++I)
    if (Sorted[I] != I)
      return {};
  return Ranks.size() == Count ? Ranks : std::vector<unsigned>();
}

} // namespace

std::string describeBlockNumbers(const MachineFunction &MF) {
  std::vector<unsigned> Ranks = ranksByNumber(MF);
  if (std::is_sorted(Ranks.begin(), Ranks.end()))
    return "";
  std::string Description;
  for (size_t I = 0; I < Ranks.size();) {
    size_t End = I + 1;
    while (End < Ranks.size() && Ranks[End] == Ranks[End - 1] + 1)
      ++End;
    (Description += Description.empty() ? "" : " ") += std::to_string(Ranks[I]);
    if (End - I > 1)
      (Description += '-') += std::to_string(Ranks[End - 1]);
    I = End;
  }
  return Description;
}

void RestoreBlockNumbers::getAnalysisUsage(AnalysisUsage &AU) const {
  AU.setPreservesAll(); // where it changes something, no analysis has been computed yet
  MachineFunctionPass::getAnalysisUsage(AU);
}

bool RestoreBlockNumbers::runOnMachineFunction(MachineFunction &MF) {
  if (!MF.getFunction().hasFnAttribute(BlockNumbersAttribute))
    return false;
  if (getAnalysisIfAvailable<SlotIndexesWrapperPass>())
    return false; // another allocator of the pipeline came first: what goes by the numbers has been computed
  std::vector<unsigned> Ranks =
      parseRanks(MF.getFunction().getFnAttribute(BlockNumbersAttribute).getValueAsString(), MF.size());
  if (Ranks.empty() || Ranks == ranksByNumber(MF))
    return false; // the text was edited: keep the parser's numbers; or there is nothing to do
  std::vector<MachineBasicBlock *> ByRank(Ranks.size());
  size_t Index = 0;
  for (MachineBasicBlock &MBB : MF)
    ByRank[Ranks[Index++]] = &MBB;
  // Numbers are handed out ascending and never twice: only their order can be restored, which is all that counts.
  for (MachineBasicBlock *MBB : ByRank) {
    MF.removeFromMBBNumbering(MBB->getNumber());
    MBB->setNumber(-1);
  }
  for (MachineBasicBlock *MBB : ByRank)
    MBB->setNumber(MF.addToMBBNumbering(MBB));
  return true;
}

} // namespace mlra
