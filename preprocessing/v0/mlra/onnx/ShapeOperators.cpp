//===- ShapeOperators.cpp - Shapes, and values made of them ---------------===//
#include "onnx/ShapeOperators.h"

#include "onnx/Axes.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace mlonnx {

namespace {

template <typename T> Fault makeList(Memory &From, const std::vector<T> &Numbers, bool IsOne, Value &To) {
  const Shape Dims = IsOne ? Shape() : Shape{static_cast<int64_t>(Numbers.size())};
  if (Fault Wrong = To.make(From, typeOf<T>(), Dims))
    return Wrong;
  std::copy(Numbers.begin(), Numbers.end(), To.fresh<T>());
  return nullptr;
}

/// The value of a Constant's only attribute.
Fault constantOf(const Attribute &Given, Memory &From, Value &To) {
  switch (Given.Form) {
  case Attribute::Tensor:
    return Given.TensorValue.load(From, To);
  case Attribute::Real:
    return makeList<float>(From, {Given.RealValue}, true, To);
  case Attribute::Integer:
    return makeList<int64_t>(From, {Given.IntegerValue}, true, To);
  case Attribute::Reals:
    return makeList(From, Given.RealValues, false, To);
  case Attribute::Integers:
    return makeList(From, Given.IntegerValues, false, To);
  default:
    return "a constant of another kind";
  }
}

/// The lengths that a list names; a fault where they can be no value's.
Fault shapeOf(const Value &List, Shape &To) {
  for (int64_t Length : integersOf(List))
    To.add(Length);
  return To.isFit() ? nullptr : "no shape, or one that is too large";
}

Fault reshape(Call &C, bool AllowsZero) {
  const Shape &Given = C.in(0).Dims;
  Shape Wanted;
  int Open = -1;
  int64_t Fixed = 1;
  for (int64_t Length : integersOf(C.in(1))) {
    const int At = Wanted.rank();
    if (At == Shape::MostDimensions)
      return "too many dimensions";
    if (Length == 0 && !AllowsZero) {
      if (At >= Given.rank())
        return "a dimension is kept that is not there";
      Length = Given[At];
    }
    if (Length < -1 || Length > MostElements || (Length == -1 && Open >= 0))
      return "no shape";
    if (Length == -1)
      Open = At;
    else if ((Fixed *= Length) > MostElements)
      return "the shapes have different numbers of elements";
    Wanted.add(Length);
  }
  if (Open >= 0) {
    if (Fixed == 0 || Given.count() % Fixed != 0)
      return "the shapes have different numbers of elements";
    Wanted[Open] = Given.count() / Fixed;
  }
  return C.out().view(C.in(0), Wanted);
}

Fault squeeze(Call &C, const Axes &Which) {
  const Shape &Given = C.in(0).Dims;
  bool Is[Shape::MostDimensions] = {};
  if (Fault Wrong = Which.mark(C, Given.rank(), Is))
    return Wrong;
  const bool AreTold = Which.areTold(C);
  Shape Left;
  for (int I = 0; I < Given.rank(); ++I) {
    if (Is[I] && Given[I] != 1)
      return "a dimension of another length than 1 is squeezed";
    if (AreTold ? !Is[I] : Given[I] != 1)
      Left.add(Given[I]);
  }
  return C.out().view(C.in(0), Left);
}

Fault unsqueeze(Call &C, const Axes &Which, size_t Added) {
  const Shape &Given = C.in(0).Dims;
  const int Rank = Given.rank() + static_cast<int>(Added);
  bool Is[Shape::MostDimensions] = {};
  if (Added > Shape::MostDimensions || Rank > Shape::MostDimensions)
    return "too many dimensions";
  if (Fault Wrong = Which.mark(C, Rank, Is))
    return Wrong;
  Shape More;
  for (int I = 0, From = 0; I < Rank; ++I)
    More.add(Is[I] ? 1 : Given[From++]);
  return C.out().view(C.in(0), More);
}

template <typename T> Fault range(Call &C) {
  for (size_t I = 0; I < 3; ++I)
    if (C.in(I).count() != 1)
      return "a bound is not one number";
  const T Begin = *C.in(0).as<T>(), End = *C.in(1).as<T>(), Step = *C.in(2).as<T>();
  if (Step == 0)
    return "a step of 0";
  const double Count = std::ceil((static_cast<double>(End) - static_cast<double>(Begin)) / static_cast<double>(Step));
  if (!(Count <= static_cast<double>(MostElements)))
    return "the result would be too large";
  const int64_t Length = std::max<int64_t>(0, static_cast<int64_t>(std::max(Count, -1.0)));
  if (Fault Wrong = C.make(typeOf<T>(), Shape{Length}))
    return Wrong;
  T *To = C.out().fresh<T>();
  for (int64_t I = 0; I < Length; ++I)
    To[I] = static_cast<T>(Begin + static_cast<T>(I) * Step);
  return nullptr;
}

} // namespace

Kernel bindConstant(Binding &B) {
  if (!B.Types.empty() || B.Of.Attributes.size() != 1)
    return B.refuse("more than one value");
  for (const char *Name : {"value", "value_float", "value_int", "value_floats", "value_ints"})
    if (const Attribute *Given = B.attribute(Name)) {
      Value Made;
      if (Fault Wrong = constantOf(*Given, B.From, Made))
        return B.refuse(Wrong);
      return B.gives(Made.Type, [Made](Call &C) {
        C.out() = Made;
        return Fault(nullptr);
      });
    }
  return B.refuse("a constant of another kind");
}

Kernel bindConstantOfShape(Binding &B) {
  if (!B.takes(1, 1) || B.type() != ElementType::Int64)
    return B.refuse("another input than a shape");
  Value Filling;
  const Attribute *Given = B.attribute("value");
  const Fault Wrong = Given ? constantOf(*Given, B.From, Filling) : makeList<float>(B.From, {0}, false, Filling);
  if (Wrong || Filling.count() != 1)
    return B.refuse(Wrong ? Wrong : "a filling of more than one number");
  return B.gives(Filling.Type, [Filling](Call &C) {
    Shape Dims;
    if (Fault Bad = shapeOf(C.in(0), Dims))
      return Bad;
    if (Fault Bad = C.make(Filling.Type, Dims))
      return Bad;
    visitType<float, double, int64_t, int32_t, uint8_t, bool>(Filling.Type, [&](auto Tag) {
      using T = decltype(Tag);
      std::fill_n(C.out().fresh<T>(), C.out().count(), *Filling.as<T>());
    });
    return Fault(nullptr);
  });
}

Kernel bindShape(Binding &B) {
  const int64_t Begin = B.integer("start", 0);
  const Attribute *Last = B.attribute("end");
  const int64_t End = B.integer("end", 0);
  const bool HasEnd = Last;
  if (!B.takes(1, 1))
    return B.refuse("other inputs than one");
  return B.gives(ElementType::Int64, [=](Call &C) {
    const Shape &Given = C.in(0).Dims;
    const int64_t Rank = Given.rank();
    const auto Within = [=](int64_t At) { return std::clamp<int64_t>(At < 0 ? At + Rank : At, 0, Rank); };
    const int64_t First = Within(Begin), Behind = std::max(First, HasEnd ? Within(End) : Rank);
    if (Fault Wrong = C.make(ElementType::Int64, Shape{Behind - First}))
      return Wrong;
    std::copy(Given.begin() + First, Given.begin() + Behind, C.out().fresh<int64_t>());
    return Fault(nullptr);
  });
}

Kernel bindSize(Binding &B) {
  if (!B.takes(1, 1))
    return B.refuse("other inputs than one");
  return B.gives(ElementType::Int64, [](Call &C) {
    const int64_t Count = C.in(0).count();
    if (Fault Wrong = C.make(ElementType::Int64, Shape()))
      return Wrong;
    *C.out().fresh<int64_t>() = Count;
    return Fault(nullptr);
  });
}

Kernel bindReshape(Binding &B) {
  const bool AllowsZero = B.integer("allowzero", 0) != 0;
  if (!B.takes(2, 2) || B.type(1) != ElementType::Int64)
    return B.refuse("other inputs than a tensor and a shape");
  return B.gives(B.type(), [=](Call &C) { return reshape(C, AllowsZero); });
}

Kernel bindFlatten(Binding &B) {
  const int64_t Axis = B.integer("axis", 1);
  if (!B.takes(1, 1))
    return B.refuse("other inputs than one");
  return B.gives(B.type(), [=](Call &C) {
    const Shape &Given = C.in(0).Dims;
    const int64_t At = Axis < 0 ? Axis + Given.rank() : Axis;
    if (At < 0 || At > Given.rank())
      return Fault("there is no such axis");
    const int Split = static_cast<int>(At);
    return C.out().view(C.in(0), Shape{Given.count(0, Split), Given.count(Split, Given.rank())});
  });
}

Kernel bindSqueeze(Binding &B) {
  Axes Which;
  if (!B.takes(1, 2) || !Which.bind(B, "axes", 1, 13))
    return B.refuse("other inputs than a tensor and axes");
  return B.gives(B.type(), [=](Call &C) { return squeeze(C, Which); });
}

Kernel bindUnsqueeze(Binding &B) {
  Axes Which;
  std::vector<int64_t> Fixed;
  const bool IsFixed = B.Opset < 13 && B.integers("axes", Fixed);
  if (!B.takes(IsFixed ? 1 : 2, IsFixed ? 1 : 2) || !Which.bind(B, "axes", 1, 13))
    return B.refuse("other inputs than a tensor and axes");
  const size_t Count = Fixed.size();
  return B.gives(B.type(), [=](Call &C) {
    return unsqueeze(C, Which, IsFixed ? Count : static_cast<size_t>(C.in(1).count()));
  });
}

Kernel bindRange(Binding &B) {
  if (!B.takes(3, 3) || B.type(1) != B.type() || B.type(2) != B.type())
    return B.refuse("bounds of several types");
  return forType<int64_t, int32_t, float, double>(B, B.type(), [&](auto Tag) {
    return B.gives(B.type(), [](Call &C) { return range<decltype(Tag)>(C); });
  });
}

} // namespace mlonnx
