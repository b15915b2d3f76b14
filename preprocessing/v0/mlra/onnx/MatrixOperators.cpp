//===- MatrixOperators.cpp - Products of matrices -------------------------===//
//
// The right matrix is packed into panels first; one that is constant is packed when it is first needed, once.
//
//===----------------------------------------------------------------------===//
#include "onnx/MatrixOperators.h"

#include "onnx/Broadcast.h"
#include "onnx/FloatRows.h"

#include <algorithm>
#include <memory>

namespace mlonnx {

namespace {

/// A packed matrix, and the one that is kept.
class Panels {
public:
  explicit Panels(bool IsConstant) : IsConstant(IsConstant) {}

  Fault of(Memory &From, const float *Right, int64_t Depth, int64_t Columns, bool IsTransposed) {
    if (IsConstant && Packed.Held)
      return nullptr;
    Packed = Value();
    if (Fault Wrong = Packed.make(From, ElementType::Float, Shape{packedCount(Depth, Columns)}))
      return Wrong;
    pack(Right, Depth, Columns, IsTransposed, Packed.fresh<float>());
    return nullptr;
  }

  const float *data() const { return Packed.as<float>(); }

  void letGo() {
    if (!IsConstant)
      Packed = Value();
  }

private:
  bool IsConstant;
  Value Packed;
};

struct GemmSettings {
  float Alpha, Beta;
  bool TransposesLeft, TransposesRight;
};

/// What the product is added to: `Beta` times the third input, in every row, column or everywhere.
Fault beginSums(Call &C, const GemmSettings &By, const Shape &Dims, float *To) {
  std::fill_n(To, Dims.count(), 0.0f);
  if (!C.has(2))
    return nullptr;
  const Value &Added = C.in(2);
  Broadcast Way;
  if (Fault Wrong = Way.of({&Added.Dims, &Dims}))
    return Wrong;
  if (!(Way.shape() == Dims))
    return "the shapes do not fit each other";
  const int64_t Step = Way.step(0);
  Way.rows([&](const int64_t *Places, int64_t Begin, int64_t Length) {
    const float *From = Added.as<float>() + Places[0];
    for (int64_t I = 0; I < Length; ++I)
      To[Begin + I] = By.Beta * From[I * Step];
  });
  return nullptr;
}

/// `Of` with rows and columns exchanged.
Fault transposed(Memory &From, const Value &Of, Value &To) {
  const int64_t Rows = Of.Dims[0], Columns = Of.Dims[1];
  if (Fault Wrong = To.make(From, ElementType::Float, Shape{Columns, Rows}))
    return Wrong;
  for (int64_t I = 0; I < Rows; ++I)
    for (int64_t J = 0; J < Columns; ++J)
      To.fresh<float>()[J * Rows + I] = Of.as<float>()[I * Columns + J];
  return nullptr;
}

Fault gemm(Call &C, const GemmSettings &By, Panels &Right) {
  Value Left = C.in(0);
  const Shape &Other = C.in(1).Dims;
  if (Left.Dims.rank() != 2 || Other.rank() != 2)
    return "an input is no matrix";
  if (By.TransposesLeft)
    if (Fault Wrong = transposed(C.From, C.in(0), Left))
      return Wrong;
  const int64_t Rows = Left.Dims[0], Depth = Left.Dims[1];
  const int64_t Columns = Other[By.TransposesRight ? 0 : 1];
  if (Other[By.TransposesRight ? 1 : 0] != Depth)
    return "the shapes do not fit each other";
  if (Fault Wrong = C.make(ElementType::Float, Shape{Rows, Columns}))
    return Wrong;
  if (Fault Wrong = beginSums(C, By, C.out().Dims, C.out().fresh<float>()))
    return Wrong;
  if (Fault Wrong = Right.of(C.From, C.in(1).as<float>(), Depth, Columns, By.TransposesRight))
    return Wrong;
  floatRows().Multiply(Left.as<float>(), Rows, Depth, Depth, Right.data(), Columns, By.Alpha,
                       C.out().fresh<float>());
  Right.letGo();
  return nullptr;
}

/// What the dimensions in front of the last two are, and those two.
struct Stack {
  Shape Outer;
  int64_t Rows, Columns;
};

/// A list stands for a row on the left side, and for a column on the right one.
Fault stackOf(const Shape &Of, bool IsLeft, Stack &To) {
  const int Rank = Of.rank();
  if (Rank == 0)
    return "a single number is no matrix";
  if (Rank == 1) {
    To.Rows = IsLeft ? 1 : Of[0];
    To.Columns = IsLeft ? Of[0] : 1;
    return nullptr;
  }
  for (int I = 0; I < Rank - 2; ++I)
    To.Outer.add(Of[I]);
  To.Rows = Of[Rank - 2];
  To.Columns = Of[Rank - 1];
  return nullptr;
}

Shape resultOf(const Shape &Outer, const Value &A, const Value &B, int64_t Rows, int64_t Columns) {
  Shape Dims = Outer;
  if (A.Dims.rank() > 1)
    Dims.add(Rows);
  if (B.Dims.rank() > 1)
    Dims.add(Columns);
  return Dims;
}

Fault matMul(Call &C, Panels &Right) {
  const Value &A = C.in(0), &B = C.in(1);
  Stack Left, Other;
  Broadcast Way;
  if (Fault Wrong = stackOf(A.Dims, true, Left))
    return Wrong;
  if (Fault Wrong = stackOf(B.Dims, false, Other))
    return Wrong;
  if (Left.Columns != Other.Rows)
    return "the shapes do not fit each other";
  if (Fault Wrong = Way.of({&Left.Outer, &Other.Outer}))
    return Wrong;
  if (Fault Wrong = C.make(ElementType::Float, resultOf(Way.shape(), A, B, Left.Rows, Other.Columns)))
    return Wrong;
  const int64_t Depth = Left.Columns, Columns = Other.Columns;
  float *To = C.out().fresh<float>();
  std::fill_n(To, C.out().count(), 0.0f);
  if (Other.Outer.count() == 1) { // all matrices on the left are one below the other
    const int64_t Rows = Left.Rows * Way.shape().count();
    if (Fault Wrong = Right.of(C.From, B.as<float>(), Depth, Columns, false))
      return Wrong;
    floatRows().Multiply(A.as<float>(), Rows, Depth, Depth, Right.data(), Columns, 1, To);
    Right.letGo();
    return nullptr;
  }
  Panels Each(false);
  Fault Wrong = nullptr;
  Way.rows([&](const int64_t *Places, int64_t Begin, int64_t Length) {
    for (int64_t I = 0; I < Length && !Wrong; ++I) {
      const float *Own = A.as<float>() + (Places[0] + I * Way.step(0)) * Left.Rows * Depth;
      Wrong = Each.of(C.From, B.as<float>() + (Places[1] + I * Way.step(1)) * Depth * Columns, Depth, Columns, false);
      if (!Wrong)
        floatRows().Multiply(Own, Left.Rows, Depth, Depth, Each.data(), Columns, 1,
                             To + (Begin + I) * Left.Rows * Columns);
    }
  });
  return Wrong;
}

bool areFloats(const Binding &B) {
  for (ElementType Type : B.Types)
    if (Type != ElementType::Float && Type != ElementType::None)
      return false;
  return true;
}

} // namespace

Kernel bindGemm(Binding &B) {
  const GemmSettings By{B.real("alpha", 1), B.real("beta", 1), B.integer("transA", 0) != 0,
                        B.integer("transB", 0) != 0};
  if (!B.takes(2, 3) || !areFloats(B))
    return B.refuse("other inputs than matrices of type float");
  auto Right = std::make_shared<Panels>(B.Constants[1] != nullptr);
  return B.gives(ElementType::Float, [=](Call &C) { return gemm(C, By, *Right); });
}

Kernel bindMatMul(Binding &B) {
  if (!B.takes(2, 2) || !areFloats(B))
    return B.refuse("other inputs than two of type float");
  auto Right = std::make_shared<Panels>(B.Constants[1] != nullptr);
  return B.gives(ElementType::Float, [=](Call &C) { return matMul(C, *Right); });
}

} // namespace mlonnx
