//===- Axes.h - Dimensions that an operator is told -----------------------===//
#ifndef MLRA_ONNX_AXES_H
#define MLRA_ONNX_AXES_H

#include "onnx/Operator.h"

namespace mlonnx {

/// Counts from the end where it is negative; false if there is no such dimension of `Rank`.
bool normalise(int64_t &Axis, int Rank);

/// The numbers of an input of 64-bit integers.
std::vector<int64_t> integersOf(const Value &List);

/// A set of dimensions, which is an attribute in older releases, and an input in newer ones.
class Axes {
public:
  /// `Since`: the release from which on it is input `Input`. False, and the binding refused, where it is neither.
  bool bind(Binding &B, Words Name, size_t Input, int64_t Since);

  /// Whether any are told.
  bool areTold(const Call &C) const { return IsFixed || (Input && C.has(Input)); }

  /// Marks those that are told, of `Rank`.
  Fault mark(const Call &C, int Rank, bool (&Is)[Shape::MostDimensions]) const;

private:
  bool IsFixed = false;
  size_t Input = 0;
  std::vector<int64_t> Fixed;
};

} // namespace mlonnx

#endif
