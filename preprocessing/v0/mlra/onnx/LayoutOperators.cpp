//===- LayoutOperators.cpp - Elements that go to other places -------------===//
#include "onnx/LayoutOperators.h"

#include "onnx/Axes.h"
#include "onnx/Broadcast.h"

#include <algorithm>
#include <cstring>
#include <numeric>

namespace mlonnx {

namespace {

void copy(char *To, const char *From, int64_t Bytes) {
  if (Bytes)
    std::memcpy(To, From, static_cast<size_t>(Bytes));
}

/// Where elements are taken from: a step in each dimension of the result, which may be negative or 0.
struct Walk {
  Shape Lengths;
  int64_t Begin = 0;
  int64_t Steps[Shape::MostDimensions] = {};
};

template <typename T> void gatherBy(const Walk &By, const T *From, T *To) {
  const int Rank = By.Lengths.rank();
  if (By.Lengths.count() == 0)
    return;
  const int64_t Length = Rank ? By.Lengths[Rank - 1] : 1, Step = Rank ? By.Steps[Rank - 1] : 0;
  int64_t At[Shape::MostDimensions] = {};
  const T *Place = From + By.Begin;
  while (true) {
    if (Step == 1)
      std::memcpy(To, Place, static_cast<size_t>(Length) * sizeof(T));
    else
      for (int64_t I = 0; I < Length; ++I)
        To[I] = Place[I * Step];
    To += Length;
    int Dimension = Rank - 2;
    for (; Dimension >= 0; --Dimension) {
      Place += By.Steps[Dimension];
      if (++At[Dimension] < By.Lengths[Dimension])
        break;
      Place -= By.Steps[Dimension] * By.Lengths[Dimension];
      At[Dimension] = 0;
    }
    if (Dimension < 0)
      return;
  }
}

Fault takeBy(Call &C, const Walk &By) {
  const Value &Given = C.in(0);
  if (Fault Wrong = C.make(Given.Type, By.Lengths))
    return Wrong;
  switch (sizeOf(Given.Type)) {
  case 8:
    gatherBy(By, Given.as<int64_t>(), C.out().fresh<int64_t>());
    break;
  case 4:
    gatherBy(By, Given.as<int32_t>(), C.out().fresh<int32_t>());
    break;
  default:
    gatherBy(By, Given.as<uint8_t>(), C.out().fresh<uint8_t>());
  }
  return nullptr;
}

/// Each dimension's step in the elements.
void stepsOf(const Shape &Of, int64_t (&Steps)[Shape::MostDimensions]) {
  int64_t Step = 1;
  for (int I = Of.rank() - 1; I >= 0; --I) {
    Steps[I] = Step;
    Step *= Of[I];
  }
}

Fault transpose(Call &C, const std::vector<int64_t> &Order) {
  const Shape &Given = C.in(0).Dims;
  const int Rank = Given.rank();
  if (!Order.empty() && Order.size() != static_cast<size_t>(Rank))
    return "the order has another number of dimensions";
  int64_t Steps[Shape::MostDimensions];
  bool Is[Shape::MostDimensions] = {};
  stepsOf(Given, Steps);
  Walk By;
  for (int I = 0; I < Rank; ++I) {
    const int64_t From = Order.empty() ? Rank - 1 - I : Order[static_cast<size_t>(I)];
    if (From < 0 || From >= Rank || Is[From])
      return "the order is none";
    Is[From] = true;
    By.Lengths.add(Given[static_cast<int>(From)]);
    By.Steps[I] = Steps[From];
  }
  return takeBy(C, By);
}

Fault concat(Call &C, int64_t Axis) {
  Shape Dims = C.in(0).Dims;
  const int Rank = Dims.rank();
  if (!normalise(Axis, Rank))
    return "there is no such axis";
  const int At = static_cast<int>(Axis);
  for (size_t I = 1; I < C.Inputs.size(); ++I) {
    const Shape &Each = C.in(I).Dims;
    for (int J = 0; J < Rank; ++J)
      if (Each.rank() != Rank || (J != At && Each[J] != Dims[J]))
        return "the shapes do not fit each other";
    Dims[At] += Each[At];
  }
  if (Fault Wrong = C.make(C.in(0).Type, Dims))
    return Wrong;
  const int64_t Size = static_cast<int64_t>(sizeOf(C.in(0).Type));
  const int64_t Rows = Dims.count(0, At), Row = Dims.count(At, Rank) * Size;
  char *To = C.out().fresh<char>();
  for (const Value *Each : C.Inputs) {
    const int64_t Part = Each->Dims.count(At, Rank) * Size;
    for (int64_t I = 0; I < Rows; ++I)
      copy(To + I * Row, Each->Raw + I * Part, Part);
    To += Part;
  }
  return nullptr;
}

/// The lengths of the parts: as told, or all alike but for the last one.
Fault partsOf(int64_t Length, size_t Count, const std::vector<int64_t> &Told, std::vector<int64_t> &To) {
  To = Told;
  const int64_t Parts = static_cast<int64_t>(Count), Each = (Length + Parts - 1) / Parts;
  if (Told.empty())
    for (int64_t Left = Length; To.size() < Count; Left -= Each)
      To.push_back(std::min(Each, Left));
  int64_t Sum = 0;
  for (int64_t Part : To) {
    if (Part < 0 || Part > Length)
      return "the parts do not fit the dimension";
    Sum += Part;
  }
  return To.size() == Count && Sum == Length ? nullptr : "the parts do not fit the dimension";
}

Fault split(Call &C, int64_t Axis, const std::vector<int64_t> &Fixed) {
  const Value &Given = C.in(0);
  const int Rank = Given.Dims.rank();
  if (!normalise(Axis, Rank))
    return "there is no such axis";
  const int At = static_cast<int>(Axis);
  std::vector<int64_t> Parts;
  const std::vector<int64_t> Told = C.has(1) ? integersOf(C.in(1)) : Fixed;
  if (Fault Wrong = partsOf(Given.Dims[At], C.Outputs.size(), Told, Parts))
    return Wrong;
  const int64_t Unit = Given.Dims.count(At + 1, Rank) * static_cast<int64_t>(sizeOf(Given.Type));
  const int64_t Rows = Given.Dims.count(0, At), Row = Given.Dims[At] * Unit;
  const char *From = Given.Raw;
  for (size_t I = 0; I < Parts.size(); ++I) {
    const int64_t Bytes = Parts[I] * Unit;
    if (C.Outputs[I]) {
      Shape Dims = Given.Dims;
      Dims[At] = Parts[I];
      if (Fault Wrong = C.make(Given.Type, Dims, I))
        return Wrong;
      for (int64_t J = 0; J < Rows; ++J)
        copy(C.out(I).fresh<char>() + J * Bytes, From + J * Row, Bytes);
    }
    From += Bytes;
  }
  return nullptr;
}

template <typename T> std::vector<int64_t> widened(const Value &List) {
  return std::vector<int64_t>(List.as<T>(), List.as<T>() + List.count());
}

std::vector<int64_t> bounds(const Value &List) {
  return List.Type == ElementType::Int32 ? widened<int32_t>(List) : widened<int64_t>(List);
}

/// Narrows one dimension as Python's slices do, but that a slice backwards from before the first begins at the first.
Fault narrow(Walk &By, int64_t Axis, int64_t First, int64_t Behind, int64_t Step) {
  const int At = static_cast<int>(Axis);
  const int64_t Length = By.Lengths[At];
  if (Step == 0)
    return "a step of 0";
  if (Length == 0)
    return nullptr;
  const int64_t Low = Step > 0 ? 0 : -1, High = Step > 0 ? Length : Length - 1;
  const auto Within = [=](int64_t Place) {
    if (Place < 0)
      Place = Place < -Length ? -1 - Length : Place;
    return std::clamp(Place < 0 ? Place + Length : Place, Low, High);
  };
  const int64_t Begin = std::max<int64_t>(Within(First), 0), End = Within(Behind);
  // The distance is less than 2^29, so that a longer step is as good as this one.
  const int64_t Stride = std::clamp<int64_t>(Step, -MostElements * 2, MostElements * 2);
  const int64_t Distance = Stride > 0 ? End - Begin : Begin - End, Size = Stride > 0 ? Stride : -Stride;
  By.Lengths[At] = Distance > 0 ? (Distance + Size - 1) / Size : 0;
  By.Begin += Distance > 0 ? Begin * By.Steps[At] : 0;
  By.Steps[At] *= Stride;
  return nullptr;
}

Fault slice(Call &C) {
  const Shape &Given = C.in(0).Dims;
  const std::vector<int64_t> Firsts = bounds(C.in(1)), Behinds = bounds(C.in(2));
  std::vector<int64_t> Which(Firsts.size()), Steps(Firsts.size(), 1);
  std::iota(Which.begin(), Which.end(), 0);
  if (C.has(3))
    Which = bounds(C.in(3));
  if (C.has(4))
    Steps = bounds(C.in(4));
  if (Behinds.size() != Firsts.size() || Which.size() != Firsts.size() || Steps.size() != Firsts.size())
    return "the bounds are not as many as the axes";
  Walk By;
  By.Lengths = Given;
  stepsOf(Given, By.Steps);
  bool Is[Shape::MostDimensions] = {};
  for (size_t I = 0; I < Which.size(); ++I) {
    if (!normalise(Which[I], Given.rank()) || Is[Which[I]])
      return "there is no such axis, or it is named twice";
    Is[Which[I]] = true;
    if (Fault Wrong = narrow(By, Which[I], Firsts[I], Behinds[I], Steps[I]))
      return Wrong;
  }
  return takeBy(C, By);
}

Fault expand(Call &C) {
  Shape Wanted;
  for (int64_t Length : integersOf(C.in(1)))
    Wanted.add(Length);
  if (!Wanted.isFit())
    return "no shape, or one that is too large";
  Broadcast Way;
  if (Fault Wrong = Way.of({&C.in(0).Dims, &Wanted}))
    return Wrong;
  const Shape &Given = C.in(0).Dims;
  Walk By;
  By.Lengths = Way.shape();
  int64_t Own[Shape::MostDimensions];
  stepsOf(Given, Own);
  const int Missing = By.Lengths.rank() - Given.rank();
  for (int I = 0; I < Given.rank(); ++I)
    By.Steps[Missing + I] = Given[I] == 1 ? 0 : Own[I];
  return takeBy(C, By);
}

bool isBound(ElementType Type) { return Type == ElementType::Int64 || Type == ElementType::Int32; }

} // namespace

Kernel bindConcat(Binding &B) {
  const int64_t Axis = B.integer("axis", 0);
  if (!B.attribute("axis") || B.Types.empty())
    return B.refuse("no axis, or no inputs");
  for (ElementType Type : B.Types)
    if (Type != B.type() || Type == ElementType::None)
      return B.refuse("inputs of several types");
  return B.gives(B.type(), [=](Call &C) { return concat(C, Axis); });
}

Kernel bindExpand(Binding &B) {
  if (!B.takes(2, 2) || B.type(1) != ElementType::Int64)
    return B.refuse("other inputs than a tensor and a shape");
  return B.gives(B.type(), expand);
}

Kernel bindSlice(Binding &B) {
  if (!B.takes(3, 5))
    return B.refuse("other inputs than a tensor and bounds");
  for (size_t I = 1; I < B.Types.size(); ++I)
    if (B.has(I) && !isBound(B.type(I)))
      return B.refuse("bounds of another type than int64 and int32");
  return B.gives(B.type(), slice);
}

Kernel bindSplit(Binding &B) {
  const int64_t Axis = B.integer("axis", 0);
  std::vector<int64_t> Parts;
  if (B.Opset < 13)
    B.integers("split", Parts);
  if (B.Opset >= 18 && B.integer("num_outputs", 0) && B.integer("num_outputs", 0) != int64_t(B.Of.Outputs.size()))
    return B.refuse("other outputs than num_outputs");
  if (!B.takes(1, B.Opset < 13 ? 1 : 2) || (B.has(1) && B.type(1) != ElementType::Int64) || B.Of.Outputs.empty())
    return B.refuse("other inputs than a tensor and lengths");
  B.Results.assign(B.Of.Outputs.size(), B.type());
  return [=](Call &C) { return split(C, Axis, Parts); };
}

Kernel bindTranspose(Binding &B) {
  std::vector<int64_t> Order;
  B.integers("perm", Order);
  if (!B.takes(1, 1))
    return B.refuse("other inputs than one");
  return B.gives(B.type(), [=](Call &C) { return transpose(C, Order); });
}

} // namespace mlonnx
