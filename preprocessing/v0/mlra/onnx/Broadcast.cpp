//===- Broadcast.cpp - Several tensors in one common shape ----------------===//
#include "onnx/Broadcast.h"

#include <algorithm>

namespace mlonnx {

namespace {

/// The length of a dimension of `Rank` in all, 1 in front of the operand's own.
int64_t lengthAt(const Shape &Of, int Dimension, int Rank) {
  const int Own = Dimension - (Rank - Of.rank());
  return Own < 0 ? 1 : Of[Own];
}

} // namespace

Fault Broadcast::of(std::initializer_list<const Shape *> Operands) {
  int Most = 0;
  for (const Shape *Each : Operands)
    Most = std::max(Most, Each->rank());
  for (int Dimension = 0; Dimension < Most; ++Dimension) {
    int64_t Length = 1;
    for (const Shape *Each : Operands) {
      const int64_t Own = lengthAt(*Each, Dimension, Most);
      if (Own == 1)
        continue;
      if (Length != 1 && Own != Length)
        return "the shapes do not fit each other";
      Length = Own;
    }
    Result.add(Length);
    bool Repeats[MostOperands] = {};
    int Operand = 0;
    for (const Shape *Each : Operands)
      Repeats[Operand++] = Length != 1 && lengthAt(*Each, Dimension, Most) == 1;
    if (Length != 1)
      addDimension(Length, Repeats, Operand);
  }
  if (!Result.isFit())
    return "the result would be too large";
  int64_t Sizes[MostOperands] = {1, 1, 1};
  for (int Dimension = Rank - 1; Dimension >= 0; --Dimension)
    for (int Operand = 0; Operand < MostOperands; ++Operand) {
      const bool IsRepeated = Repeated[Dimension][Operand];
      Strides[Operand][Dimension] = IsRepeated ? 0 : Sizes[Operand];
      Sizes[Operand] *= IsRepeated ? 1 : Lengths[Dimension];
    }
  return nullptr;
}

/// Joins it to the one before, if all operands treat both alike.
void Broadcast::addDimension(int64_t Length, const bool *Repeats, int Operands) {
  if (Rank && std::equal(Repeats, Repeats + Operands, Repeated[Rank - 1])) {
    Lengths[Rank - 1] *= Length;
    return;
  }
  Lengths[Rank] = Length;
  std::copy(Repeats, Repeats + Operands, Repeated[Rank]);
  ++Rank;
}

} // namespace mlonnx
