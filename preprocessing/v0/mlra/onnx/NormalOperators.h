//===- NormalOperators.h - Rows that are brought to a common size ---------===//
#ifndef MLRA_ONNX_NORMALOPERATORS_H
#define MLRA_ONNX_NORMALOPERATORS_H

#include "onnx/Operator.h"

namespace mlonnx {

Kernel bindLayerNormalization(Binding &B);
Kernel bindLogSoftmax(Binding &B);
Kernel bindSoftmax(Binding &B);

} // namespace mlonnx

#endif
