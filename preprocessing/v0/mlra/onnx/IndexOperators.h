//===- IndexOperators.h - Elements that are named by their numbers --------===//
#ifndef MLRA_ONNX_INDEXOPERATORS_H
#define MLRA_ONNX_INDEXOPERATORS_H

#include "onnx/Operator.h"

namespace mlonnx {

Kernel bindCumSum(Binding &B);
Kernel bindGather(Binding &B);
Kernel bindNonZero(Binding &B);
Kernel bindScatterElements(Binding &B);

} // namespace mlonnx

#endif
