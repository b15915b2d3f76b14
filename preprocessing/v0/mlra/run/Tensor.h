//===- Tensor.h - What passes between a compiler and a model --------------===//
//
// The element types are those of MLCompilerBridge. A tensor is a name, a type, a shape and raw values in the machine's
// byte order: what every transport can send, and what a model can be asked with.
//
//===----------------------------------------------------------------------===//
#ifndef MLRA_RUN_TENSOR_H
#define MLRA_RUN_TENSOR_H

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace mlrun {

enum class ElementType { Int32, Int64, Float, Double, UInt8, Bool, Char };

/// Bytes of one element; a Bool is one byte.
size_t sizeOf(ElementType Type);

/// The C name of the type, as it stands in a line that describes tensors ("int32_t", "float"; a Bool is a "uint8_t").
const char *nameOf(ElementType Type);

/// The type of a C name; false if there is none.
bool typeOf(const std::string &Name, ElementType &Type);

bool isReal(ElementType Type);

template <typename T> constexpr ElementType elementTypeOf() = delete;
template <> constexpr ElementType elementTypeOf<int32_t>() { return ElementType::Int32; }
template <> constexpr ElementType elementTypeOf<int64_t>() { return ElementType::Int64; }
template <> constexpr ElementType elementTypeOf<float>() { return ElementType::Float; }
template <> constexpr ElementType elementTypeOf<double>() { return ElementType::Double; }
template <> constexpr ElementType elementTypeOf<uint8_t>() { return ElementType::UInt8; }
template <> constexpr ElementType elementTypeOf<bool>() { return ElementType::Bool; }
template <> constexpr ElementType elementTypeOf<char>() { return ElementType::Char; }

struct Tensor {
  enum class Form { Scalar, Vector, String };

  std::string Name;
  ElementType Type = ElementType::Int32;
  Form Kind = Form::Vector;
  std::vector<int64_t> Shape; ///< [1] for a scalar, [n] for a string and a plain vector
  std::string Raw;            ///< the elements, row by row
  int Group = -1;             ///< index into the groups of its Features; -1: in none

  /// The product of the shape.
  size_t count() const;

  const char *data() const { return Raw.data(); }

  /// Element `Index` as a real number; what an integer loses beyond 2^53 is lost.
  double real(size_t Index) const;

  /// Element `Index` of a tensor that is not real.
  int64_t integer(size_t Index) const;
};

} // namespace mlrun

#endif
