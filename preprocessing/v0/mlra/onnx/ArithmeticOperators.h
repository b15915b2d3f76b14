//===- ArithmeticOperators.h - Two tensors, element by element ------------===//
#ifndef MLRA_ONNX_ARITHMETICOPERATORS_H
#define MLRA_ONNX_ARITHMETICOPERATORS_H

#include "onnx/Operator.h"

namespace mlonnx {

Kernel bindAdd(Binding &B);
Kernel bindSub(Binding &B);
Kernel bindMul(Binding &B);
Kernel bindDiv(Binding &B);
Kernel bindMod(Binding &B);
Kernel bindPow(Binding &B);
Kernel bindSum(Binding &B);
Kernel bindMin(Binding &B);
Kernel bindMax(Binding &B);
Kernel bindEqual(Binding &B);
Kernel bindLess(Binding &B);
Kernel bindLessOrEqual(Binding &B);
Kernel bindGreater(Binding &B);
Kernel bindGreaterOrEqual(Binding &B);
Kernel bindAnd(Binding &B);
Kernel bindOr(Binding &B);
Kernel bindXor(Binding &B);
Kernel bindBitwiseAnd(Binding &B);
Kernel bindBitwiseOr(Binding &B);
Kernel bindWhere(Binding &B);

} // namespace mlonnx

#endif
