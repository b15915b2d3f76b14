//===- FixedRanges.cpp - Where registers are taken before allocation ------===//
#include "record/FixedRanges.h"

#include "record/TargetNames.h"

#include <algorithm>

using namespace llvm;

namespace mlra {

namespace {

std::vector<int> positionsOf(const LiveRange &Range, const Positions &P) {
  std::vector<int> Live;
  for (const LiveRange::Segment &S : Range) {
    int First = P.positionOfBegin(S.start), Last = P.positionOfEnd(S.end);
    if (First == Last)
      continue;
    if (!Live.empty() && Live.back() == First)
      Live.back() = Last;
    else
      Live.push_back(First), Live.push_back(Last);
  }
  return Live;
}

/// Masks by number. The few that are made for a function are compared by what they hold: each has memory of its own.
class MaskNumbers {
public:
  MaskNumbers(const RegisterMasks &Known, std::vector<std::vector<MCPhysReg>> &Own) : Known(Known), Own(Own) {}

  int of(const uint32_t *Mask) {
    auto [Found, IsNew] = NumberOf.try_emplace(Mask, 0);
    if (IsNew)
      Found->second = find(Mask);
    return Found->second;
  }

private:
  int find(const uint32_t *Mask) {
    if (int Number = Known.find(Mask); Number >= 0)
      return Number;
    std::vector<MCPhysReg> Preserved = Known.preserved(Mask);
    auto Same = std::find(Own.begin(), Own.end(), Preserved);
    int Place = static_cast<int>(Same - Own.begin());
    if (Same == Own.end())
      Own.push_back(std::move(Preserved));
    return -1 - Place;
  }

  const RegisterMasks &Known;
  std::vector<std::vector<MCPhysReg>> &Own;
  DenseMap<const uint32_t *, int> NumberOf;
};

} // namespace

FixedRanges collectFixedRanges(const Analyses &A, const Positions &P, const PhysicalInterference &Physical,
                               const TargetNames &Names) {
  FixedRanges Result;
  for (const PhysicalInterference::TakenUnit &Taken : Physical.taken())
    if (Names.isAllocatableUnit(Taken.Unit))
      if (std::vector<int> Live = positionsOf(*Taken.Range, P); !Live.empty())
        Result.Units.push_back({Taken.Unit, std::move(Live)});
  MaskNumbers Numbers(Names.masks(), Result.Preserved);
  ArrayRef<SlotIndex> Slots = A.LIS.getRegMaskSlots();
  ArrayRef<const uint32_t *> Masks = A.LIS.getRegMaskBits();
  Result.Masks.reserve(Slots.size());
  for (size_t I = 0; I < Slots.size(); ++I)
    Result.Masks.push_back({P.instructionAt(Slots[I]), Numbers.of(Masks[I])});
  return Result;
}

} // namespace mlra
