//===- OnnxShape.cpp - A feature in the shape that a model wants ----------===//
#include "run/OnnxShape.h"

#include <algorithm>

namespace mlrun {

namespace {

struct Row {
  ElementType Type;
  int Number; ///< of ONNXTensorElementDataType
};

constexpr Row Rows[] = {
    {ElementType::Float, 1}, {ElementType::UInt8, 2}, {ElementType::Char, 3},    {ElementType::Int32, 6},
    {ElementType::Int64, 7}, {ElementType::Bool, 9},  {ElementType::Double, 11},
};

std::string shapeText(const std::vector<int64_t> &Shape) {
  std::string Text = "[";
  for (size_t I = 0; I < Shape.size(); ++I)
    Text += (I ? "," : "") + (Shape[I] < 0 ? "?" : std::to_string(Shape[I]));
  return Text + "]";
}

/// True if `Wanted` is `Given` wherever it is fixed; it then is `Given`.
bool takeShape(std::vector<int64_t> &Wanted, const std::vector<int64_t> &Given) {
  const bool Fits = std::equal(Wanted.begin(), Wanted.end(), Given.begin(), Given.end(),
                               [](int64_t W, int64_t G) { return W < 0 || W == G; });
  if (Fits)
    Wanted = Given;
  return Fits;
}

/// The last open dimension gets what the fixed ones leave, the others are 1.
bool solveShape(std::vector<int64_t> &Wanted, size_t Count) {
  int64_t *Open = nullptr;
  int64_t Fixed = 1;
  for (int64_t &Length : Wanted) {
    if (Length < 0) {
      if (Open)
        *Open = 1;
      Open = &Length;
    } else {
      Fixed *= Length;
    }
  }
  if (!Open)
    return static_cast<size_t>(Fixed) == Count;
  if (Fixed == 0 || Count % static_cast<size_t>(Fixed) != 0)
    return false;
  *Open = static_cast<int64_t>(Count) / Fixed;
  return true;
}

template <typename T> void convert(const Tensor &From, Tensor &To) {
  const size_t Count = From.count();
  To.Raw.resize(Count * sizeof(T));
  T *Values = reinterpret_cast<T *>(&To.Raw[0]);
  for (size_t I = 0; I < Count; ++I)
    Values[I] = isReal(From.Type) ? static_cast<T>(From.real(I)) : static_cast<T>(From.integer(I));
}

} // namespace

int onnxNumberOf(ElementType Type) {
  for (const Row &Each : Rows)
    if (Each.Type == Type)
      return Each.Number;
  return 0;
}

bool typeOfOnnx(int Number, ElementType &Type) {
  for (const Row &Each : Rows)
    if (Each.Number == Number) {
      Type = Each.Type;
      return true;
    }
  return false;
}

std::string fit(const Tensor &From, Tensor &To, const void *&Data) {
  const std::string Wanted = shapeText(To.Shape);
  if (!takeShape(To.Shape, From.Shape) && !solveShape(To.Shape, From.count()))
    return "the model's input " + To.Name + " has the shape " + Wanted + ", the features " + shapeText(From.Shape);
  Data = From.Raw.data();
  if (From.Type == To.Type)
    return "";
  if (isReal(To.Type))
    To.Type == ElementType::Float ? convert<float>(From, To) : convert<double>(From, To);
  else if (isReal(From.Type) || sizeOf(To.Type) < sizeOf(From.Type))
    return "the model's input " + To.Name + " is " + nameOf(To.Type) + ", the features are " + nameOf(From.Type);
  else if (To.Type == ElementType::Int64)
    convert<int64_t>(From, To);
  else if (To.Type == ElementType::Int32)
    convert<int32_t>(From, To);
  else
    convert<uint8_t>(From, To);
  Data = To.Raw.data();
  return "";
}

} // namespace mlrun
