//===- ShapeOperators.h - Shapes, and values made of them -----------------===//
#ifndef MLRA_ONNX_SHAPEOPERATORS_H
#define MLRA_ONNX_SHAPEOPERATORS_H

#include "onnx/Operator.h"

namespace mlonnx {

Kernel bindConstant(Binding &B);
Kernel bindConstantOfShape(Binding &B);
Kernel bindFlatten(Binding &B);
Kernel bindRange(Binding &B);
Kernel bindReshape(Binding &B);
Kernel bindShape(Binding &B);
Kernel bindSize(Binding &B);
Kernel bindSqueeze(Binding &B);
Kernel bindUnsqueeze(Binding &B);

} // namespace mlonnx

#endif
