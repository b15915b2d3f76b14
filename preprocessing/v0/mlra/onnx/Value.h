//===- Value.h - A tensor between two operators ---------------------------===//
#ifndef MLRA_ONNX_VALUE_H
#define MLRA_ONNX_VALUE_H

#include "onnx/Memory.h"

#include <array>
#include <cstddef>
#include <cstdint>

namespace mlonnx {

/// Why an operator cannot be carried out, in words that live forever; null: it can.
using Fault = const char *;

/// With ONNX's numbers. What is not here is not evaluated. A Bool is one byte, 0 or 1.
enum class ElementType : uint8_t { None = 0, Float = 1, UInt8 = 2, Int32 = 6, Int64 = 7, Bool = 9, Double = 11 };

/// None for a number that is none of those.
ElementType elementTypeOf(uint64_t Number);

size_t sizeOf(ElementType Type);

template <typename T> constexpr ElementType typeOf() = delete;
template <> constexpr ElementType typeOf<float>() { return ElementType::Float; }
template <> constexpr ElementType typeOf<double>() { return ElementType::Double; }
template <> constexpr ElementType typeOf<int32_t>() { return ElementType::Int32; }
template <> constexpr ElementType typeOf<int64_t>() { return ElementType::Int64; }
template <> constexpr ElementType typeOf<uint8_t>() { return ElementType::UInt8; }
template <> constexpr ElementType typeOf<bool>() { return ElementType::Bool; }

class Shape {
public:
  static constexpr int MostDimensions = 8;

  Shape() = default;
  Shape(std::initializer_list<int64_t> Given) {
    for (int64_t Length : Given)
      add(Length);
  }

  int rank() const { return Rank; }
  int64_t &operator[](int I) { return Lengths[I]; }
  int64_t operator[](int I) const { return Lengths[I]; }
  const int64_t *begin() const { return Lengths.data(); }
  const int64_t *end() const { return Lengths.data() + Rank; }
  bool operator==(const Shape &Other) const;

  /// Behind the last dimension; too many are noticed by `isFit`.
  void add(int64_t Length) {
    if (Rank < MostDimensions)
      Lengths[Rank] = Length;
    ++Rank;
  }

  /// The product of dimensions From to To, all by default.
  int64_t count(int From, int To) const;
  int64_t count() const { return count(0, Rank); }

  /// Whether such a value may be: not too many dimensions, none negative, and so few elements that no product of
  /// dimensions overflows.
  bool isFit() const;

private:
  int Rank = 0;
  std::array<int64_t, MostDimensions> Lengths{};
};

constexpr int64_t MostElements = int64_t(1) << 28; ///< a GiB of numbers

struct Value {
  ElementType Type = ElementType::None;
  Shape Dims;
  const char *Raw = nullptr;
  Buffer Held; ///< none: the elements belong to somebody else

  int64_t count() const { return Dims.count(); }
  size_t bytes() const { return static_cast<size_t>(count()) * sizeOf(Type); }
  template <typename T> const T *as() const { return reinterpret_cast<const T *>(Raw); }

  /// The elements of a value that was made just now, and that nobody else has seen.
  template <typename T> T *fresh() { return reinterpret_cast<T *>(Held.data()); }

  /// Takes memory for its elements.
  Fault make(Memory &From, ElementType OfType, const Shape &OfShape);

  /// The same elements in another shape.
  Fault view(const Value &Of, const Shape &OfShape);
};

/// Calls `Do(T())` with the type of `Type`, if it is among `Ts`; whether it is.
template <typename... Ts, typename F> bool visitType(ElementType Type, F Do) {
  return ((Type == typeOf<Ts>() && (Do(Ts()), true)) || ...);
}

} // namespace mlonnx

#endif
