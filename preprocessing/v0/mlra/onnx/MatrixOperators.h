//===- MatrixOperators.h - Products of matrices ---------------------------===//
#ifndef MLRA_ONNX_MATRIXOPERATORS_H
#define MLRA_ONNX_MATRIXOPERATORS_H

#include "onnx/Operator.h"

namespace mlonnx {

Kernel bindGemm(Binding &B);
Kernel bindMatMul(Binding &B);

} // namespace mlonnx

#endif
