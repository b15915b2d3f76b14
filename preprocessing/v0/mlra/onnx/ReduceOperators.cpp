//===- ReduceOperators.cpp - Sums, means and extremes along dimensions ----===//
//
// One group of neighbouring dimensions after the other, from the last one on: within a group the elements lie as in a
// (outer, length, inner) tensor.
//
//===----------------------------------------------------------------------===//
#include "onnx/ReduceOperators.h"

#include "onnx/Axes.h"

#include <algorithm>
#include <cmath>
#include <type_traits>

namespace mlonnx {

namespace {

struct SumOf {
  template <typename T> static T join(T A, T B) {
    if constexpr (std::is_integral_v<T>)
      return static_cast<T>(static_cast<std::make_unsigned_t<T>>(A) + static_cast<std::make_unsigned_t<T>>(B));
    else
      return A + B;
  }
};
struct MostOf {
  template <typename T> static T join(T A, T B) { return A > B || A != A ? A : B; }
};
struct LeastOf {
  template <typename T> static T join(T A, T B) { return A < B || A != A ? A : B; }
};

/// Of a row that lies together: in eight parts, which the processor does at a time, and which loses less.
template <typename T, typename F> T joinRow(const T *From, int64_t Length) {
  constexpr int64_t Parts = 8;
  if (Length < Parts)
    return Length == 1 ? *From : F::join(joinRow<T, F>(From, Length - 1), From[Length - 1]);
  T Sums[Parts];
  std::copy_n(From, Parts, Sums);
  int64_t I = Parts;
  for (; I + Parts <= Length; I += Parts)
    for (int64_t J = 0; J < Parts; ++J)
      Sums[J] = F::join(Sums[J], From[I + J]);
  T Sum = joinRow<T, F>(Sums, Parts - 1);
  Sum = F::join(Sum, Sums[Parts - 1]);
  for (; I < Length; ++I)
    Sum = F::join(Sum, From[I]);
  return Sum;
}

template <typename T, typename F> void join(const T *From, T *To, int64_t Outer, int64_t Length, int64_t Inner) {
  for (int64_t Part = 0; Part < Outer; ++Part, From += Length * Inner, To += Inner) {
    if (Inner == 1) {
      *To = joinRow<T, F>(From, Length);
      continue;
    }
    std::copy_n(From, Inner, To);
    for (int64_t I = 1; I < Length; ++I)
      for (int64_t J = 0; J < Inner; ++J)
        To[J] = F::join(To[J], From[I * Inner + J]);
  }
}

/// The shape behind one group, which has length 1 then.
template <typename T, typename F> Fault joinGroup(Call &C, Value &Of, int Begin, int End) {
  const Value Given = Of;
  const int Rank = Given.Dims.rank();
  Shape Dims = Given.Dims;
  for (int I = Begin; I < End; ++I)
    Dims[I] = 1;
  Value Made;
  if (Fault Wrong = Made.make(C.From, Given.Type, Dims))
    return Wrong;
  const int64_t Length = Given.Dims.count(Begin, End), Inner = Given.Dims.count(End, Rank);
  if (Length)
    join<T, F>(Given.as<T>(), Made.fresh<T>(), Given.Dims.count(0, Begin), Length, Inner);
  else // only a sum comes so far
    std::fill_n(Made.fresh<T>(), Made.count(), T(0));
  Of = Made;
  return nullptr;
}

struct Settings {
  Axes Which;
  bool IsKept = true;    ///< whether a dimension that is reduced has length 1, and is not gone
  bool IsNothing = false; ///< no axes: nothing is reduced, and not everything
  bool IsMean = false, IsSum = false;
};

template <typename T> void divide(Value &By, int64_t Count) {
  for (int64_t I = 0, All = By.count(); I < All; ++I)
    By.fresh<T>()[I] /= static_cast<T>(Count);
}

template <typename T, typename F> Fault reduce(Call &C, const Settings &By) {
  const Value &Given = C.in(0);
  const int Rank = Given.Dims.rank();
  bool Is[Shape::MostDimensions] = {};
  if (Fault Wrong = By.Which.mark(C, Rank, Is))
    return Wrong;
  const bool AnyTold = std::any_of(Is, Is + Rank, [](bool It) { return It; });
  if (!AnyTold)
    std::fill_n(Is, Rank, !By.IsNothing);
  Value Found = Given;
  Shape Left;
  int64_t Count = 1;
  for (int I = 0; I < Rank; ++I) {
    Count *= Is[I] ? Given.Dims[I] : 1;
    if (!Is[I] || By.IsKept)
      Left.add(Is[I] ? 1 : Given.Dims[I]);
  }
  if (Count == 0 && !By.IsSum)
    return "there is nothing to reduce";
  for (int End = Rank; End > 0; --End) {
    int Begin = End;
    while (Begin > 0 && Is[Begin - 1])
      --Begin;
    if (Begin == End)
      continue;
    if (Fault Wrong = joinGroup<T, F>(C, Found, Begin, End))
      return Wrong;
    End = Begin + 1;
  }
  if constexpr (std::is_floating_point_v<T>)
    if (By.IsMean && Count != 1)
      divide<T>(Found, Count);
  return C.out().view(Found, Left);
}

template <typename F, typename... Ts> Kernel bindReduce(Binding &B, int64_t AxesSince, Settings By) {
  By.IsKept = B.integer("keepdims", 1) != 0;
  By.IsNothing = B.Opset >= AxesSince && B.integer("noop_with_empty_axes", 0) != 0;
  if (!By.Which.bind(B, "axes", 1, AxesSince) || !B.takes(1, B.Opset < AxesSince ? 1 : 2))
    return B.refuse("other inputs than a tensor and axes");
  return forType<Ts...>(B, B.type(), [&](auto Tag) {
    return B.gives(B.type(), [By](Call &C) { return reduce<decltype(Tag), F>(C, By); });
  });
}

} // namespace

Kernel bindReduceMax(Binding &B) { return bindReduce<MostOf, float, int64_t, int32_t, double>(B, 18, {}); }
Kernel bindReduceMin(Binding &B) { return bindReduce<LeastOf, float, int64_t, int32_t, double>(B, 18, {}); }

Kernel bindReduceSum(Binding &B) {
  Settings By;
  By.IsSum = true;
  return bindReduce<SumOf, float, int64_t, int32_t, double>(B, 13, By);
}

Kernel bindReduceMean(Binding &B) {
  Settings By;
  By.IsMean = true;
  return bindReduce<SumOf, float, double>(B, 18, By);
}

} // namespace mlonnx
