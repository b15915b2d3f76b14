//===- Broadcast.h - Several tensors in one common shape ------------------===//
//
// NumPy's rule: shapes are compared from their last dimension on, and a length of 1 is repeated. What is walked are
// rows: neighbouring dimensions that all operands treat alike count as one, so that most tensors are a single row.
//
//===----------------------------------------------------------------------===//
#ifndef MLRA_ONNX_BROADCAST_H
#define MLRA_ONNX_BROADCAST_H

#include "onnx/Value.h"

#include <initializer_list>

namespace mlonnx {

class Broadcast {
public:
  static constexpr int MostOperands = 3;

  /// A fault where the shapes do not fit each other.
  Fault of(std::initializer_list<const Shape *> Operands);

  const Shape &shape() const { return Result; }

  /// 1: the operand goes on within a row; 0: one element is all of the row.
  int64_t step(int Operand) const { return Rank ? Strides[Operand][Rank - 1] : 0; }

  /// Calls `Do(Places, To, Length)` with each row: where it begins in each operand, where in the result.
  template <typename F> void rows(F Do) const {
    const int64_t Length = Rank ? Lengths[Rank - 1] : 1;
    int64_t Places[MostOperands] = {}, At[Shape::MostDimensions] = {}, To = 0;
    if (Result.count() == 0)
      return;
    while (true) {
      Do(Places, To, Length);
      To += Length;
      int Dimension = Rank - 2;
      for (; Dimension >= 0; --Dimension) {
        for (int Operand = 0; Operand < MostOperands; ++Operand)
          Places[Operand] += Strides[Operand][Dimension];
        if (++At[Dimension] < Lengths[Dimension])
          break;
        for (int Operand = 0; Operand < MostOperands; ++Operand)
          Places[Operand] -= Strides[Operand][Dimension] * Lengths[Dimension];
        At[Dimension] = 0;
      }
      if (Dimension < 0)
        return;
    }
  }

private:
  void addDimension(int64_t Length, const bool *Repeats, int Operands);

  Shape Result;
  int Rank = 0;
  int64_t Lengths[Shape::MostDimensions] = {};
  bool Repeated[Shape::MostDimensions][MostOperands] = {};
  int64_t Strides[MostOperands][Shape::MostDimensions] = {};
};

} // namespace mlonnx

#endif
