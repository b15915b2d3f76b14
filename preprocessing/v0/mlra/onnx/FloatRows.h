//===- FloatRows.h - Functions of floats, many at a time ------------------===//
#ifndef MLRA_ONNX_FLOATROWS_H
#define MLRA_ONNX_FLOATROWS_H

#include <cstdint>

namespace mlonnx {

/// Writes the function of each of `Count` numbers.
using FloatRow = void (*)(const float *From, float *To, int64_t Count);

/// A matrix product. `Left` has `Rows` rows of `Depth` numbers, `Stride` apart; `Panels` is a matrix of `Depth` rows
/// that was packed; `Factor` times the product is added to `To`, which has `Columns` columns.
using PanelProduct = void (*)(const float *Left, int64_t Rows, int64_t Stride, int64_t Depth, const float *Panels,
                              int64_t Columns, float Factor, float *To);

constexpr int64_t PanelWidth = 16;

/// Those for this processor. Errors are below 4 units in the last place; NaN and infinities as of libm.
struct FloatRows {
  FloatRow Exp, Log, Sigmoid, Tanh;
  PanelProduct Multiply;
};

const FloatRows &floatRows();

/// Numbers of the packed form of a matrix.
inline int64_t packedCount(int64_t Depth, int64_t Columns) {
  return (Columns + PanelWidth - 1) / PanelWidth * PanelWidth * Depth;
}

/// Packs a matrix into panels of PanelWidth columns, what is missing in the last one is 0. `IsTransposed`: it lies
/// column by column.
void pack(const float *From, int64_t Depth, int64_t Columns, bool IsTransposed, float *To);

} // namespace mlonnx

#endif
