//===- FunctionOperators.h - One tensor, element by element ---------------===//
#ifndef MLRA_ONNX_FUNCTIONOPERATORS_H
#define MLRA_ONNX_FUNCTIONOPERATORS_H

#include "onnx/Operator.h"

namespace mlonnx {

Kernel bindAbs(Binding &B);
Kernel bindCast(Binding &B);
Kernel bindCeil(Binding &B);
Kernel bindClip(Binding &B);
Kernel bindElu(Binding &B);
Kernel bindErf(Binding &B);
Kernel bindExp(Binding &B);
Kernel bindFloor(Binding &B);
Kernel bindIdentity(Binding &B);
Kernel bindIsInf(Binding &B);
Kernel bindIsNaN(Binding &B);
Kernel bindLeakyRelu(Binding &B);
Kernel bindLog(Binding &B);
Kernel bindNeg(Binding &B);
Kernel bindNot(Binding &B);
Kernel bindReciprocal(Binding &B);
Kernel bindRelu(Binding &B);
Kernel bindSigmoid(Binding &B);
Kernel bindSign(Binding &B);
Kernel bindSoftplus(Binding &B);
Kernel bindSqrt(Binding &B);
Kernel bindTanh(Binding &B);

} // namespace mlonnx

#endif
