//===- LayoutOperators.h - Elements that go to other places ---------------===//
#ifndef MLRA_ONNX_LAYOUTOPERATORS_H
#define MLRA_ONNX_LAYOUTOPERATORS_H

#include "onnx/Operator.h"

namespace mlonnx {

Kernel bindConcat(Binding &B);
Kernel bindExpand(Binding &B);
Kernel bindSlice(Binding &B);
Kernel bindSplit(Binding &B);
Kernel bindTranspose(Binding &B);

} // namespace mlonnx

#endif
