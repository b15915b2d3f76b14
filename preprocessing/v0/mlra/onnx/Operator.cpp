//===- Operator.cpp - An operator and what binds it to a node -------------===//
#include "onnx/Operator.h"

#include "onnx/ArithmeticOperators.h"
#include "onnx/FunctionOperators.h"
#include "onnx/IndexOperators.h"
#include "onnx/LayoutOperators.h"
#include "onnx/MatrixOperators.h"
#include "onnx/NormalOperators.h"
#include "onnx/ReduceOperators.h"
#include "onnx/ShapeOperators.h"

#include <algorithm>

namespace mlonnx {

namespace {

/// In the order of their names.
constexpr Operator Known[] = {
    {"Abs", bindAbs},
    {"Add", bindAdd},
    {"And", bindAnd},
    {"BitwiseAnd", bindBitwiseAnd, 18},
    {"BitwiseOr", bindBitwiseOr, 18},
    {"Cast", bindCast},
    {"Ceil", bindCeil},
    {"Clip", bindClip},
    {"Concat", bindConcat},
    {"Constant", bindConstant},
    {"ConstantOfShape", bindConstantOfShape},
    {"CumSum", bindCumSum},
    {"Div", bindDiv},
    {"Elu", bindElu},
    {"Equal", bindEqual},
    {"Erf", bindErf},
    {"Exp", bindExp},
    {"Expand", bindExpand},
    {"Flatten", bindFlatten},
    {"Floor", bindFloor},
    {"Gather", bindGather},
    {"Gemm", bindGemm},
    {"Greater", bindGreater},
    {"GreaterOrEqual", bindGreaterOrEqual, 12},
    {"Identity", bindIdentity},
    {"IsInf", bindIsInf},
    {"IsNaN", bindIsNaN},
    {"LayerNormalization", bindLayerNormalization, 17},
    {"LeakyRelu", bindLeakyRelu},
    {"Less", bindLess},
    {"LessOrEqual", bindLessOrEqual, 12},
    {"Log", bindLog},
    {"LogSoftmax", bindLogSoftmax},
    {"MatMul", bindMatMul},
    {"Max", bindMax},
    {"Min", bindMin},
    {"Mod", bindMod},
    {"Mul", bindMul},
    {"Neg", bindNeg},
    {"NonZero", bindNonZero},
    {"Not", bindNot},
    {"Or", bindOr},
    {"Pow", bindPow, 12},
    {"Range", bindRange},
    {"Reciprocal", bindReciprocal},
    {"ReduceMax", bindReduceMax},
    {"ReduceMean", bindReduceMean},
    {"ReduceMin", bindReduceMin},
    {"ReduceSum", bindReduceSum},
    {"Relu", bindRelu},
    {"Reshape", bindReshape},
    {"ScatterElements", bindScatterElements},
    {"Shape", bindShape},
    {"Sigmoid", bindSigmoid},
    {"Sign", bindSign},
    {"Size", bindSize},
    {"Slice", bindSlice},
    {"Softmax", bindSoftmax},
    {"Softplus", bindSoftplus},
    {"Split", bindSplit},
    {"Sqrt", bindSqrt},
    {"Squeeze", bindSqueeze},
    {"Sub", bindSub},
    {"Sum", bindSum},
    {"Tanh", bindTanh},
    {"Transpose", bindTranspose},
    {"Unsqueeze", bindUnsqueeze},
    {"Where", bindWhere},
    {"Xor", bindXor},
};

} // namespace

const Operator *findOperator(Words Name) {
  const Operator *Found = std::lower_bound(std::begin(Known), std::end(Known), Name,
                                           [](const Operator &Each, Words Wanted) { return Each.Name < Wanted; });
  return Found != std::end(Known) && Found->Name == Name ? Found : nullptr;
}

bool Binding::takes(size_t Least, size_t Most) {
  for (size_t I = 0; I < Least; ++I)
    if (!has(I))
      return false;
  return Types.size() <= Most;
}

const Attribute *Binding::attribute(Words Name) {
  Taken.push_back(Name);
  for (const Attribute &Each : Of.Attributes)
    if (Each.Name == Name)
      return &Each;
  return nullptr;
}

const Attribute *Binding::find(Words Name, Attribute::Kind Form) {
  const Attribute *Found = attribute(Name);
  if (Found && Found->Form != Form)
    refuse("an attribute " + std::string(Name) + " of another kind");
  return Found;
}

int64_t Binding::integer(Words Name, int64_t Default) {
  const Attribute *Found = find(Name, Attribute::Integer);
  return Found ? Found->IntegerValue : Default;
}

float Binding::real(Words Name, float Default) {
  const Attribute *Found = find(Name, Attribute::Real);
  return Found ? Found->RealValue : Default;
}

Words Binding::text(Words Name, Words Default) {
  const Attribute *Found = find(Name, Attribute::Text);
  return Found ? Found->TextValue : Default;
}

bool Binding::integers(Words Name, std::vector<int64_t> &To) {
  const Attribute *Found = find(Name, Attribute::Integers);
  if (Found)
    To = Found->IntegerValues;
  return Found;
}

Kernel Binding::refuse(std::string Reason) {
  if (Refusal.empty())
    Refusal = std::move(Reason);
  return nullptr;
}

Kernel Binding::gives(ElementType Type, Kernel Does) {
  Results = {Type};
  return Does;
}

Words Binding::leftAttribute() const {
  for (const Attribute &Each : Of.Attributes)
    if (std::find(Taken.begin(), Taken.end(), Each.Name) == Taken.end())
      return Each.Name;
  return {};
}

} // namespace mlonnx
