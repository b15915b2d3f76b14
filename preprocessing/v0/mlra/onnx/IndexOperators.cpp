//===- IndexOperators.cpp - Elements that are named by their numbers ------===//
#include "onnx/IndexOperators.h"

#include "onnx/Axes.h"

#include <algorithm>
#include <cstring>
#include <type_traits>

namespace mlonnx {

namespace {

constexpr Fault OutOfRange = "an index is out of range";

/// Rows of `Row` bytes by number, in each of `Outer` parts of `Length` rows.
template <typename Index>
Fault gatherRows(const Value &From, const Value &Which, int64_t Outer, int64_t Length, int64_t Row, char *To) {
  const Index *Numbers = Which.as<Index>();
  const int64_t Count = Which.count();
  for (int64_t I = 0; I < Count; ++I)
    if (Numbers[I] < -Length || Numbers[I] >= Length)
      return OutOfRange;
  if (Row == 0)
    return nullptr;
  for (int64_t Part = 0; Part < Outer; ++Part)
    for (int64_t I = 0; I < Count; ++I, To += Row) {
      const int64_t At = Numbers[I] < 0 ? Numbers[I] + Length : Numbers[I];
      const char *Place = From.Raw + (Part * Length + At) * Row;
      if (Row == 8) // lists of numbers are most of what is gathered
        std::memcpy(To, Place, 8);
      else
        std::memcpy(To, Place, static_cast<size_t>(Row));
    }
  return nullptr;
}

Fault gather(Call &C, int64_t Axis) {
  const Value &From = C.in(0), &Which = C.in(1);
  const int Rank = From.Dims.rank();
  if (!normalise(Axis, Rank))
    return "there is no such axis";
  const int At = static_cast<int>(Axis);
  Shape Dims;
  for (int I = 0; I < At; ++I)
    Dims.add(From.Dims[I]);
  for (int64_t Length : Which.Dims)
    Dims.add(Length);
  for (int I = At + 1; I < Rank; ++I)
    Dims.add(From.Dims[I]);
  if (Fault Wrong = C.make(From.Type, Dims))
    return Wrong;
  const int64_t Row = From.Dims.count(At + 1, Rank) * static_cast<int64_t>(sizeOf(From.Type));
  const int64_t Outer = From.Dims.count(0, At), Length = From.Dims[At];
  char *To = C.out().fresh<char>();
  return Which.Type == ElementType::Int64 ? gatherRows<int64_t>(From, Which, Outer, Length, Row, To)
                                          : gatherRows<int32_t>(From, Which, Outer, Length, Row, To);
}

struct Replace {
  template <typename T> static void into(T &To, T With) { To = With; }
};
struct AddTo {
  template <typename T> static void into(T &To, T With) {
    if constexpr (std::is_integral_v<T>)
      To = static_cast<T>(static_cast<std::make_unsigned_t<T>>(To) + static_cast<std::make_unsigned_t<T>>(With));
    else
      To += With;
  }
};
struct TimesTo {
  template <typename T> static void into(T &To, T With) {
    if constexpr (std::is_integral_v<T>)
      To = static_cast<T>(static_cast<uint64_t>(To) * static_cast<uint64_t>(With));
    else
      To *= With;
  }
};
struct LeastOf {
  template <typename T> static void into(T &To, T With) { To = std::min(To, With); }
};
struct GreatestOf {
  template <typename T> static void into(T &To, T With) { To = std::max(To, With); }
};

/// The tensor that is written into, and the axis along which its elements are named.
struct Target {
  const Shape &Dims;
  int Axis;
  int64_t Step; ///< of the axis
};

/// Along the first axis of rows that both have whole: what sums over neighbours are made of.
template <typename T, typename F>
Fault scatterRows(const Target &Into, const Value &Which, const T *With, T *To) {
  const int64_t *Numbers = Which.as<int64_t>();
  const int64_t Length = Into.Dims[0];
  for (int64_t Row = 0, Count = Which.Dims[0]; Row < Count; ++Row)
    for (int64_t I = 0; I < Into.Step; ++I, ++Numbers, ++With) {
      const int64_t At = *Numbers < 0 ? *Numbers + Length : *Numbers;
      if (At < 0 || At >= Length)
        return OutOfRange;
      F::into(To[At * Into.Step + I], *With);
    }
  return nullptr;
}

template <typename T, typename F>
Fault scatterAny(const Target &Into, const Value &Which, const T *With, T *To) {
  const int Rank = Into.Dims.rank();
  const int64_t *Numbers = Which.as<int64_t>();
  int64_t Steps[Shape::MostDimensions], Place[Shape::MostDimensions] = {}, Step = 1;
  for (int I = Rank - 1; I >= 0; --I) {
    Steps[I] = Step;
    Step *= Into.Dims[I];
  }
  for (int64_t I = 0, Count = Which.count(); I < Count; ++I) {
    int64_t At = Numbers[I] < 0 ? Numbers[I] + Into.Dims[Into.Axis] : Numbers[I], Offset = 0;
    if (At < 0 || At >= Into.Dims[Into.Axis])
      return OutOfRange;
    for (int J = 0; J < Rank; ++J)
      Offset += (J == Into.Axis ? At : Place[J]) * Steps[J];
    F::into(To[Offset], With[I]);
    for (int J = Rank - 1; J >= 0 && ++Place[J] == Which.Dims[J]; --J)
      Place[J] = 0;
  }
  return nullptr;
}

template <typename T, typename F> Fault scatter(Call &C, int64_t Axis) {
  const Value &Into = C.in(0), &Which = C.in(1), &With = C.in(2);
  const int Rank = Into.Dims.rank();
  if (!normalise(Axis, Rank))
    return "there is no such axis";
  const int At = static_cast<int>(Axis);
  if (Which.Dims.rank() != Rank || !(With.Dims == Which.Dims))
    return "the shapes do not fit each other";
  bool AreRows = At == 0;
  for (int I = 0; I < Rank; ++I) {
    if (I != At && Which.Dims[I] > Into.Dims[I])
      return "the shapes do not fit each other";
    AreRows &= I == At || Which.Dims[I] == Into.Dims[I];
  }
  if (Fault Wrong = C.make(Into.Type, Into.Dims))
    return Wrong;
  T *To = C.out().fresh<T>();
  std::copy_n(Into.as<T>(), Into.count(), To);
  const Target Place{Into.Dims, At, Into.Dims.count(At + 1, Rank)};
  return AreRows ? scatterRows<T, F>(Place, Which, With.as<T>(), To) : scatterAny<T, F>(Place, Which, With.as<T>(), To);
}

template <typename F> Kernel scatterKernel(Binding &B, int64_t Axis) {
  return forType<float, int64_t, int32_t, double>(B, B.type(), [&](auto Tag) {
    return B.gives(B.type(), [=](Call &C) { return scatter<decltype(Tag), F>(C, Axis); });
  });
}

template <typename T> void sumUp(const T *From, T *To, int64_t Length, int64_t Inner, bool IsBackwards, bool IsBefore) {
  for (int64_t I = 0; I < Inner; ++I) {
    T Sum = 0;
    for (int64_t J = 0; J < Length; ++J) {
      const int64_t At = (IsBackwards ? Length - 1 - J : J) * Inner + I;
      const T Number = From[At];
      To[At] = Sum;
      AddTo::into(Sum, Number);
      if (!IsBefore)
        To[At] = Sum;
    }
  }
}

int64_t oneNumber(const Value &Of) {
  return Of.Type == ElementType::Int32 ? *Of.as<int32_t>() : *Of.as<int64_t>();
}

template <typename T> Fault cumulate(Call &C, bool IsBackwards, bool IsBefore) {
  const Value &Given = C.in(0);
  const int Rank = Given.Dims.rank();
  if (C.in(1).count() != 1)
    return "the axis is not one number";
  int64_t Axis = oneNumber(C.in(1));
  if (!normalise(Axis, Rank))
    return "there is no such axis";
  const int At = static_cast<int>(Axis);
  if (Fault Wrong = C.make(Given.Type, Given.Dims))
    return Wrong;
  const int64_t Inner = Given.Dims.count(At + 1, Rank), Part = Given.Dims[At] * Inner;
  for (int64_t I = 0, Outer = Given.Dims.count(0, At); I < Outer; ++I)
    sumUp(Given.as<T>() + I * Part, C.out().fresh<T>() + I * Part, Given.Dims[At], Inner, IsBackwards, IsBefore);
  return nullptr;
}

template <typename T> Fault findNonZero(Call &C) {
  const Value &Given = C.in(0);
  const T *Numbers = Given.as<T>();
  const int Rank = Given.Dims.rank();
  const int64_t Count = Given.count(), Found = Count - std::count(Numbers, Numbers + Count, T(0));
  if (Rank == 0)
    return "a single number has no places";
  if (Fault Wrong = C.make(ElementType::Int64, Shape{Rank, Found}))
    return Wrong;
  int64_t *To = C.out().fresh<int64_t>(), Next = 0;
  const int64_t Length = Given.Dims[Rank - 1];
  for (int64_t Row = 0; Length && Row < Count / Length; ++Row)
    for (int64_t I = 0; I < Length; ++I) {
      if (Numbers[Row * Length + I] == T(0))
        continue;
      To[(Rank - 1) * Found + Next] = I;
      for (int64_t J = Rank - 2, Left = Row; J >= 0; Left /= Given.Dims[static_cast<int>(J--)])
        To[J * Found + Next] = Left % Given.Dims[static_cast<int>(J)];
      ++Next;
    }
  return nullptr;
}

bool isIndex(ElementType Type) { return Type == ElementType::Int64 || Type == ElementType::Int32; }

} // namespace

Kernel bindGather(Binding &B) {
  const int64_t Axis = B.integer("axis", 0);
  if (!B.takes(2, 2) || !isIndex(B.type(1)))
    return B.refuse("other inputs than a tensor and indices");
  return B.gives(B.type(), [=](Call &C) { return gather(C, Axis); });
}

Kernel bindScatterElements(Binding &B) {
  const int64_t Axis = B.integer("axis", 0);
  const Words How = B.Opset >= 16 ? B.text("reduction", "none") : "none";
  if (!B.takes(3, 3) || B.type(1) != ElementType::Int64 || B.type(2) != B.type())
    return B.refuse("other inputs than a tensor, indices of type int64 and updates");
  if (How == "none")
    return scatterKernel<Replace>(B, Axis);
  if (How == "add")
    return scatterKernel<AddTo>(B, Axis);
  if (How == "mul")
    return scatterKernel<TimesTo>(B, Axis);
  if (How == "min" && B.Opset >= 18)
    return scatterKernel<LeastOf>(B, Axis);
  if (How == "max" && B.Opset >= 18)
    return scatterKernel<GreatestOf>(B, Axis);
  return B.refuse("the reduction " + std::string(How));
}

Kernel bindCumSum(Binding &B) {
  const bool IsBefore = B.integer("exclusive", 0) != 0, IsBackwards = B.integer("reverse", 0) != 0;
  if (!B.takes(2, 2) || !isIndex(B.type(1)))
    return B.refuse("other inputs than a tensor and an axis");
  return forType<float, double, int64_t, int32_t>(B, B.type(), [&](auto Tag) {
    return B.gives(B.type(), [=](Call &C) { return cumulate<decltype(Tag)>(C, IsBackwards, IsBefore); });
  });
}

Kernel bindNonZero(Binding &B) {
  if (!B.takes(1, 1))
    return B.refuse("other inputs than one");
  return forType<bool, float, int64_t, int32_t, uint8_t>(B, B.type(), [&](auto Tag) {
    return B.gives(ElementType::Int64, [](Call &C) { return findNonZero<decltype(Tag)>(C); });
  });
}

} // namespace mlonnx
