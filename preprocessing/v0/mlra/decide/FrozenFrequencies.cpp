//===- FrozenFrequencies.cpp - Block frequencies as of the allocator ------------===//
#include "decide/FrozenFrequencies.h"

#include "llvm/ADT/PostOrderIterator.h"

using namespace llvm;

namespace mlra {

void FrozenFrequencies::freeze(MachineFunction &MF, const MachineBlockFrequencyInfo &MBFI) {
  ByIdentity.clear();
  for (MachineBasicBlock &MBB : MF) {
    if (!MBB.getBBID())
      MBB.setBBID(UniqueBBID{static_cast<unsigned>(MBB.getNumber()), 0});
    ByIdentity[MBB.getBBID()->BaseID] = MBFI.getBlockFreqRelativeToEntryBlock(&MBB);
  }
}

std::vector<double> FrozenFrequencies::of(MachineFunction &MF, const MachineBlockFrequencyInfo &Now,
                                          const MachineBranchProbabilityInfo &Probabilities) const {
  constexpr double Unknown = -1;
  std::vector<double> Result(MF.getNumBlockIDs(), Unknown);
  for (const MachineBasicBlock &MBB : MF)
    if (auto Identity = MBB.getBBID())
      if (auto Found = ByIdentity.find(Identity->BaseID); Found != ByIdentity.end())
        Result[MBB.getNumber()] = Found->second;
  ReversePostOrderTraversal<MachineFunction *> Order(&MF);
  for (const MachineBasicBlock *MBB : Order) {
    double &Frequency = Result[MBB->getNumber()];
    if (Frequency != Unknown)
      continue;
    double Inflow = 0;
    for (const MachineBasicBlock *From : MBB->predecessors())
      if (double Before = Result[From->getNumber()]; Before != Unknown)
        Inflow +=
            Before * Probabilities.getEdgeProbability(From, MBB).getNumerator() / BranchProbability::getDenominator();
    Frequency = Inflow > 0 ? Inflow : Now.getBlockFreqRelativeToEntryBlock(MBB);
  }
  for (double &Frequency : Result)
    Frequency = std::max(Frequency, 0.0); // blocks that nothing reaches
  return Result;
}

} // namespace mlra
