//===- ReduceOperators.h - Sums, means and extremes along dimensions ------===//
#ifndef MLRA_ONNX_REDUCEOPERATORS_H
#define MLRA_ONNX_REDUCEOPERATORS_H

#include "onnx/Operator.h"

namespace mlonnx {

Kernel bindReduceMax(Binding &B);
Kernel bindReduceMean(Binding &B);
Kernel bindReduceMin(Binding &B);
Kernel bindReduceSum(Binding &B);

} // namespace mlonnx

#endif
