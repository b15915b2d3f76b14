//===- NormalOperators.cpp - Rows that are brought to a common size -------===//
#include "onnx/NormalOperators.h"

#include "onnx/Axes.h"
#include "onnx/FloatRows.h"

#include <algorithm>
#include <cmath>

namespace mlonnx {

namespace {

/// exp(x - greatest), and the sum of them.
float exponentials(const float *From, float *To, int64_t Length) {
  const float Greatest = *std::max_element(From, From + Length);
  for (int64_t I = 0; I < Length; ++I)
    To[I] = From[I] - Greatest;
  floatRows().Exp(To, To, Length);
  float Sum = 0;
  for (int64_t I = 0; I < Length; ++I)
    Sum += To[I];
  return Sum;
}

void softmaxRow(const float *From, float *To, int64_t Length, bool IsLog) {
  const float Sum = exponentials(From, To, Length);
  const float Greatest = *std::max_element(From, From + Length);
  if (IsLog) {
    const float Base = std::log(Sum);
    for (int64_t I = 0; I < Length; ++I)
      To[I] = From[I] - Greatest - Base;
    return;
  }
  for (int64_t I = 0; I < Length; ++I)
    To[I] /= Sum;
}

/// Before release 13 all dimensions from the axis on are one row; since then only the axis, here always the last one.
Fault softmax(Call &C, int64_t Axis, bool IsOld, bool IsLog) {
  const Value &Given = C.in(0);
  const int Rank = Given.Dims.rank();
  if (!normalise(Axis, Rank))
    return "there is no such axis";
  const int At = static_cast<int>(Axis);
  if (!IsOld && Given.Dims.count(At + 1, Rank) != 1)
    return "an axis that is not the last one";
  if (Fault Wrong = C.make(ElementType::Float, Given.Dims))
    return Wrong;
  const int64_t Rows = Given.Dims.count(0, At), Length = Given.Dims.count(At, Rank);
  for (int64_t I = 0; Length && I < Rows; ++I)
    softmaxRow(Given.as<float>() + I * Length, C.out().fresh<float>() + I * Length, Length, IsLog);
  return nullptr;
}

Kernel bindAnySoftmax(Binding &B, bool IsLog) {
  const bool IsOld = B.Opset < 13;
  const int64_t Axis = B.integer("axis", IsOld ? 1 : -1);
  if (!B.takes(1, 1) || B.type() != ElementType::Float)
    return B.refuse("another input than one of type float");
  return B.gives(ElementType::Float, [=](Call &C) { return softmax(C, Axis, IsOld, IsLog); });
}

void normaliseRow(const float *From, float *To, int64_t Length, const float *Scale, const float *Shift, float Least) {
  double Sum = 0, Squares = 0;
  for (int64_t I = 0; I < Length; ++I)
    Sum += From[I];
  const float Mean = static_cast<float>(Sum / static_cast<double>(Length));
  for (int64_t I = 0; I < Length; ++I)
    Squares += static_cast<double>(From[I] - Mean) * (From[I] - Mean);
  const float Factor = 1 / std::sqrt(static_cast<float>(Squares / static_cast<double>(Length)) + Least);
  for (int64_t I = 0; I < Length; ++I)
    To[I] = (From[I] - Mean) * Factor * Scale[I] + (Shift ? Shift[I] : 0);
}

Fault layerNormalize(Call &C, int64_t Axis, float Least) {
  const Value &Given = C.in(0);
  const int Rank = Given.Dims.rank();
  if (!normalise(Axis, Rank))
    return "there is no such axis";
  const int At = static_cast<int>(Axis);
  const int64_t Rows = Given.Dims.count(0, At), Length = Given.Dims.count(At, Rank);
  if (C.in(1).count() != Length || (C.has(2) && C.in(2).count() != Length))
    return "a scale of another length";
  if (Fault Wrong = C.make(ElementType::Float, Given.Dims))
    return Wrong;
  const float *Shift = C.has(2) ? C.in(2).as<float>() : nullptr;
  for (int64_t I = 0; Length && I < Rows; ++I)
    normaliseRow(Given.as<float>() + I * Length, C.out().fresh<float>() + I * Length, Length, C.in(1).as<float>(),
                 Shift, Least);
  return nullptr;
}

} // namespace

Kernel bindSoftmax(Binding &B) { return bindAnySoftmax(B, false); }
Kernel bindLogSoftmax(Binding &B) { return bindAnySoftmax(B, true); }

Kernel bindLayerNormalization(Binding &B) {
  const int64_t Axis = B.integer("axis", -1);
  const float Least = B.real("epsilon", 1e-5f);
  if (B.integer("stash_type", 1) != 1)
    return B.refuse("a stash_type that is not float");
  for (size_t I = 0; I < B.Types.size(); ++I)
    if (B.has(I) && B.type(I) != ElementType::Float)
      return B.refuse("inputs of another type than float");
  if (!B.takes(2, 3))
    return B.refuse("other inputs than a tensor, a scale and a shift");
  return B.gives(ElementType::Float, [=](Call &C) { return layerNormalize(C, Axis, Least); });
}

} // namespace mlonnx
