//===- SlotGaps.cpp - Slot indices whose instruction is gone -------------------===//
#include "SlotGaps.h"

#include "Positions.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/CodeGen/TargetInstrInfo.h"
#include "llvm/CodeGen/TargetOpcodes.h"
#include "llvm/CodeGen/TargetSubtargetInfo.h"

using namespace llvm;

namespace mlra {

namespace {

/// Entries of the index list strictly between two of them.
unsigned entriesBetween(SlotIndex From, SlotIndex To) {
  unsigned Count = 0;
  for (SlotIndex I = From.getNextIndex(); I < To; I = I.getNextIndex())
    ++Count;
  return Count;
}

DenseMap<unsigned, unsigned> parse(StringRef Description) {
  DenseMap<unsigned, unsigned> CountAt;
  SmallVector<StringRef, 16> Gaps;
  Description.split(Gaps, ' ', /*MaxSplit=*/-1, /*KeepEmpty=*/false);
  for (StringRef Gap : Gaps) {
    auto [Place, Count] = Gap.split(':');
    unsigned PlaceNumber, CountNumber = 1;
    if (!Place.getAsInteger(10, PlaceNumber) && (Count.empty() || !Count.getAsInteger(10, CountNumber)))
      CountAt[PlaceNumber] = CountNumber;
  }
  return CountAt;
}

void openGap(MachineFunction &MF, MachineBasicBlock &MBB, MachineBasicBlock::iterator Before, SlotIndexes &Indexes) {
  MachineInstr *Filler =
      MF.CreateMachineInstr(MF.getSubtarget().getInstrInfo()->get(TargetOpcode::KILL), DebugLoc());
  MBB.insert(Before, Filler);
  Indexes.insertMachineInstrInMaps(*Filler);
  Indexes.removeMachineInstrFromMaps(*Filler); // its number stays behind
  Filler->eraseFromParent();
}

} // namespace

std::string describeSlotGaps(const MachineFunction &MF, SlotIndexes &Indexes) {
  std::string Description;
  unsigned Place = 0;
  SlotIndex Last;
  auto Visit = [&](SlotIndex Next) {
    if (unsigned Count = entriesBetween(Last, Next)) {
      if (!Description.empty())
        Description += ' ';
      Description += std::to_string(Place);
      if (Count > 1)
        (Description += ':') += std::to_string(Count);
    }
    ++Place;
    Last = Next;
  };
  for (const MachineBasicBlock &MBB : MF) {
    Last = Indexes.getMBBStartIdx(&MBB).getBaseIndex();
    for (const MachineInstr &MI : MBB)
      if (Positions::counts(MI))
        Visit(Indexes.getInstructionIndex(MI).getBaseIndex());
    Visit(Indexes.getMBBEndIdx(&MBB).getBaseIndex());
  }
  return Description;
}

void restoreSlotGaps(MachineFunction &MF, SlotIndexes &Indexes) {
  if (!MF.getFunction().hasFnAttribute(SlotGapsAttribute))
    return;
  DenseMap<unsigned, unsigned> CountAt =
      parse(MF.getFunction().getFnAttribute(SlotGapsAttribute).getValueAsString());
  unsigned Place = 0;
  for (MachineBasicBlock &MBB : MF) {
    auto Visit = [&](MachineBasicBlock::iterator Before) {
      for (unsigned Count = CountAt.lookup(Place++); Count; --Count)
        openGap(MF, MBB, Before, Indexes);
    };
    for (auto I = MBB.begin(); I != MBB.end(); ++I)
      if (Positions::counts(*I))
        Visit(I);
    Visit(MBB.end());
  }
  Indexes.packIndexes();
}

} // namespace mlra
