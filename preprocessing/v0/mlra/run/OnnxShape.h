//===- OnnxShape.h - A feature in the shape that a model wants ------------===//
#ifndef MLRA_RUN_ONNXSHAPE_H
#define MLRA_RUN_ONNXSHAPE_H

#include "run/Tensor.h"

namespace mlrun {

/// The number of an element type in ONNX, and back; 0 and false where there is none.
int onnxNumberOf(ElementType Type);
bool typeOfOnnx(int Number, ElementType &Type);

/// Fills `To`, which has the model's name, type and shape (-1: any length), with `From`: the dimensions that are open
/// get the feature's lengths, or what is left of its elements; numbers change their type where nothing but precision is
/// lost.
///
/// Where type and shape agree already, `To` keeps no copy: `Data` is where the elements lie. "" or why it does not fit.
std::string fit(const Tensor &From, Tensor &To, const void *&Data);

} // namespace mlrun

#endif
