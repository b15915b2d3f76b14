//===- Features.h - What a model is told ----------------------------------===//
//
// An ordered list of tensors. Tensors of one thing among many (a register, a loop) stand in a group: JSON writes its id
// behind their names ("color_7"), raw bytes write nothing (the first name of a group begins the next one), and protobuf
// makes one message of a repeated field of it.
//
//===----------------------------------------------------------------------===//
#ifndef MLRA_RUN_FEATURES_H
#define MLRA_RUN_FEATURES_H

#include "run/Tensor.h"

#include <type_traits>

namespace mlrun {

class Features {
public:
  struct Group {
    std::string Field; ///< the repeated field of a protobuf message
    int64_t Id;
  };

  template <typename T, std::enable_if_t<std::is_arithmetic_v<T>, int> = 0> void add(const std::string &Name, T Value) {
    put(Name, elementTypeOf<T>(), Tensor::Form::Scalar, {1}, &Value, sizeof(T));
  }
  void add(const std::string &Name, const std::string &Text) {
    put(Name, ElementType::UInt8, Tensor::Form::String, {int64_t(Text.size())}, Text.data(), Text.size());
  }
  void add(const std::string &Name, const char *Text) { add(Name, std::string(Text)); }
  template <typename T> void add(const std::string &Name, const std::vector<T> &Values) {
    add(Name, Values, {int64_t(Values.size())});
  }
  /// A tensor of more dimensions, row by row; the shape's product is the number of values.
  template <typename T> void add(const std::string &Name, const std::vector<T> &Values, std::vector<int64_t> Shape) {
    static_assert(!std::is_same_v<T, bool>, "a vector<bool> has no elements to point at: use uint8_t");
    put(Name, elementTypeOf<T>(), Tensor::Form::Vector, std::move(Shape), Values.data(), Values.size() * sizeof(T));
  }

  /// What is added from here on belongs to thing `Id` of `Field`.
  void beginGroup(const std::string &Field, int64_t Id);
  void endGroup() { Open = -1; }

  void clear();

  const std::vector<Tensor> &tensors() const { return Tensors; }
  const std::vector<Group> &groups() const { return Groups; }

private:
  void put(const std::string &Name, ElementType Type, Tensor::Form Kind, std::vector<int64_t> Shape, const void *Values,
           size_t Bytes);

  std::vector<Tensor> Tensors;
  std::vector<Group> Groups;
  int Open = -1;
};

} // namespace mlrun

#endif
