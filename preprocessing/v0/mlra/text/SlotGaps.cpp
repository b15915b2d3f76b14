//===- SlotGaps.cpp - Slot indices whose instruction is gone -------------------===//
#include "text/SlotGaps.h"

#include "record/Positions.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/CodeGen/TargetInstrInfo.h"
#include "llvm/CodeGen/TargetOpcodes.h"
#include "llvm/CodeGen/TargetSubtargetInfo.h"

using namespace llvm;

namespace mlra {

namespace {

constexpr unsigned Quarter = 4; ///< the smallest distance between two entries of the index list

/// Distances in quarters of an instruction, by place, where they differ from one instruction.
struct Gaps {
  DenseMap<unsigned, unsigned> QuartersAt;
  bool AreWhole = true;

  unsigned quarters(unsigned Place) const {
    auto Found = QuartersAt.find(Place);
    return Found == QuartersAt.end() ? Quarter : Found->second;
  }
};

Gaps parse(StringRef Description) {
  Gaps Result;
  SmallVector<StringRef, 16> Words;
  Description.split(Words, ' ', /*MaxSplit=*/-1, /*KeepEmpty=*/false);
  for (StringRef Word : Words) {
    auto [Place, Count] = Word.split(':');
    bool IsWhole = !Count.consume_front("=");
    unsigned PlaceNumber, Number = 1;
    if (Place.getAsInteger(10, PlaceNumber) || (!Count.empty() && Count.getAsInteger(10, Number)))
      continue;
    Result.QuartersAt[PlaceNumber] = IsWhole ? (Number + 1) * Quarter : Number;
    Result.AreWhole &= IsWhole;
  }
  return Result;
}

// SlotIndexes offers no way to set an index; an explicit instantiation may name a private member.
using EntryOfIndex = IndexListEntry *(SlotIndex::*)() const;
EntryOfIndex entryOfIndex();
template <EntryOfIndex Member> struct PrivateMember {
  friend EntryOfIndex entryOfIndex() { return Member; }
};
template struct PrivateMember<&SlotIndex::listEntry>;

void setIndexes(const MachineFunction &MF, SlotIndexes &Indexes, const Gaps &Wanted) {
  unsigned Place = 0, Raw = 0;
  auto Visit = [&](SlotIndex Index) {
    Raw += Wanted.quarters(Place++) * Quarter;
    (Index.*entryOfIndex())()->setIndex(Raw);
  };
  for (const MachineBasicBlock &MBB : MF) {
    for (const MachineInstr &MI : MBB)
      if (Positions::counts(MI))
        Visit(Indexes.getInstructionIndex(MI));
    Visit(Indexes.getMBBEndIdx(&MBB));
  }
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
    unsigned Quarters = Last.distance(Next) / Quarter;
    if (Quarters != Quarter) {
      if (!Description.empty())
        Description += ' ';
      Description += std::to_string(Place);
      if (Quarters % Quarter)
        (Description += ":=") += std::to_string(Quarters);
      else if (Quarters > 2 * Quarter)
        (Description += ':') += std::to_string(Quarters / Quarter - 1);
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
  Gaps Wanted = parse(MF.getFunction().getFnAttribute(SlotGapsAttribute).getValueAsString());
  if (!Wanted.AreWhole) {
    setIndexes(MF, Indexes, Wanted);
    return;
  }
  unsigned Place = 0;
  for (MachineBasicBlock &MBB : MF) {
    auto Visit = [&](MachineBasicBlock::iterator Before) {
      for (unsigned Count = Wanted.quarters(Place++) / Quarter - 1; Count; --Count)
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
