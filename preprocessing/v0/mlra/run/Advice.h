//===- Advice.h - What a model answers ------------------------------------===//
//
// Whoever asks says which type is expected: raw bytes do not tell. A number is taken as another type only where nothing
// is lost; NaN and infinities are passed on, and are for the decider to judge.
//
//===----------------------------------------------------------------------===//
#ifndef MLRA_RUN_ADVICE_H
#define MLRA_RUN_ADVICE_H

#include "run/Tensor.h"

namespace mlrun {

struct Advice {
  /// `Expected`: what raw bytes are read as.
  explicit Advice(ElementType Expected = ElementType::Int32) : Type(Expected) {}

  ElementType Type;

  /// The answer: one field without a name from a pipe; the fields of the message from gRPC ("color.key" is the field
  /// `key` of all messages in `color`); the outputs of an ONNX model.
  std::vector<Tensor> Fields;

  /// The field of this name; null if there is none. The empty name stands for the first field.
  const Tensor *field(const std::string &Name) const;

  /// The numbers of a field; "" or what is wrong with it: no such field, no number, a fraction, out of range.
  std::string integers(std::vector<int32_t> &To, const std::string &Field = "") const;
  std::string integers(std::vector<int64_t> &To, const std::string &Field = "") const;
  std::string reals(std::vector<double> &To, const std::string &Field = "") const;
  std::string reals(std::vector<float> &To, const std::string &Field = "") const;

  /// A string, or the strings of a repeated field, which are kept one after the other with a NUL behind each.
  std::string text(std::string &To, const std::string &Field = "") const;
  std::string texts(std::vector<std::string> &To, const std::string &Field = "") const;
};

} // namespace mlrun

#endif
