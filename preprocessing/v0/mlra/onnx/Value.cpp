//===- Value.cpp - A tensor between two operators -------------------------===//
#include "onnx/Value.h"

#include <algorithm>

namespace mlonnx {

ElementType elementTypeOf(uint64_t Number) {
  switch (Number) {
  case 1:
  case 2:
  case 6:
  case 7:
  case 9:
  case 11:
    return static_cast<ElementType>(Number);
  default:
    return ElementType::None;
  }
}

size_t sizeOf(ElementType Type) {
  switch (Type) {
  case ElementType::Int64:
  case ElementType::Double:
    return 8;
  case ElementType::Float:
  case ElementType::Int32:
    return 4;
  default:
    return 1;
  }
}

bool Shape::operator==(const Shape &Other) const { return std::equal(begin(), end(), Other.begin(), Other.end()); }

int64_t Shape::count(int From, int To) const {
  int64_t Product = 1;
  for (int I = From; I < To; ++I)
    Product *= Lengths[I];
  return Product;
}

bool Shape::isFit() const {
  if (Rank > MostDimensions)
    return false;
  int64_t Product = 1;
  for (int64_t Length : *this) {
    if (Length < 0 || Length > MostElements)
      return false;
    Product *= std::max<int64_t>(Length, 1);
    if (Product > MostElements)
      return false;
  }
  return true;
}

Fault Value::make(Memory &From, ElementType OfType, const Shape &OfShape) {
  if (!OfShape.isFit())
    return "the result would be too large";
  Type = OfType;
  Dims = OfShape;
  Held = From.take(bytes());
  if (!Held)
    return "there is not enough memory";
  Raw = Held.data();
  return nullptr;
}

Fault Value::view(const Value &Of, const Shape &OfShape) {
  if (!OfShape.isFit() || OfShape.count() != Of.count())
    return "the shapes have different numbers of elements";
  const Value Kept = Of; // which may be this one
  *this = Kept;
  Dims = OfShape;
  return nullptr;
}

} // namespace mlonnx
