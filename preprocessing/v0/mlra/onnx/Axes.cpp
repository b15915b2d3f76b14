//===- Axes.cpp - Dimensions that an operator is told ---------------------===//
#include "onnx/Axes.h"

namespace mlonnx {

bool normalise(int64_t &Axis, int Rank) {
  if (Axis < 0)
    Axis += Rank;
  return Axis >= 0 && Axis < Rank;
}

std::vector<int64_t> integersOf(const Value &List) {
  return std::vector<int64_t>(List.as<int64_t>(), List.as<int64_t>() + List.count());
}

bool Axes::bind(Binding &B, Words Name, size_t At, int64_t Since) {
  if (B.Opset < Since) {
    IsFixed = B.integers(Name, Fixed);
    return true;
  }
  Input = At;
  if (B.has(At) && B.type(At) != ElementType::Int64)
    B.refuse("axes of another type than int64");
  return B.refusal().empty();
}

Fault Axes::mark(const Call &C, int Rank, bool (&Is)[Shape::MostDimensions]) const {
  const bool IsGiven = !IsFixed && Input && C.has(Input);
  const int64_t *All = IsGiven ? C.in(Input).as<int64_t>() : Fixed.data();
  const size_t Count = IsGiven ? static_cast<size_t>(C.in(Input).count()) : Fixed.size();
  for (size_t I = 0; I < Count; ++I) {
    int64_t Axis = All[I];
    if (!normalise(Axis, Rank))
      return "there is no such axis";
    if (Is[Axis])
      return "an axis is named twice";
    Is[Axis] = true;
  }
  return nullptr;
}

} // namespace mlonnx
