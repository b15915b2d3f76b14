//===- Tensor.cpp - What passes between a compiler and a model ------------===//
#include "run/Tensor.h"

#include <cstring>

namespace mlrun {

namespace {

struct Row {
  ElementType Type;
  const char *Name;
  size_t Size;
};

constexpr Row Rows[] = {
    {ElementType::Int32, "int32_t", 4}, {ElementType::Int64, "int64_t", 8}, {ElementType::Float, "float", 4},
    {ElementType::Double, "double", 8}, {ElementType::UInt8, "uint8_t", 1}, {ElementType::Bool, "uint8_t", 1},
    {ElementType::Char, "int8_t", 1},
};

template <typename T> T element(const Tensor &Values, size_t Index) {
  T Value;
  std::memcpy(&Value, Values.Raw.data() + Index * sizeof(T), sizeof(T));
  return Value;
}

} // namespace

size_t sizeOf(ElementType Type) { return Rows[static_cast<size_t>(Type)].Size; }

const char *nameOf(ElementType Type) { return Rows[static_cast<size_t>(Type)].Name; }

bool typeOf(const std::string &Name, ElementType &Type) {
  for (const Row &Each : Rows)
    if (Name == Each.Name) {
      Type = Each.Type;
      return true;
    }
  return false;
}

bool isReal(ElementType Type) { return Type == ElementType::Float || Type == ElementType::Double; }

size_t Tensor::count() const {
  size_t Product = 1;
  for (int64_t Length : Shape)
    Product *= static_cast<size_t>(Length);
  return Product;
}

double Tensor::real(size_t Index) const {
  switch (Type) {
  case ElementType::Float:
    return element<float>(*this, Index);
  case ElementType::Double:
    return element<double>(*this, Index);
  default:
    return static_cast<double>(integer(Index));
  }
}

int64_t Tensor::integer(size_t Index) const {
  switch (Type) {
  case ElementType::Int32:
    return element<int32_t>(*this, Index);
  case ElementType::Int64:
    return element<int64_t>(*this, Index);
  case ElementType::Char:
    return element<int8_t>(*this, Index);
  default:
    return element<uint8_t>(*this, Index);
  }
}

} // namespace mlrun
