//===- ArithmeticOperators.cpp - Two tensors, element by element ----------===//
//
// Whole numbers wrap around, as in every other evaluator; a division by zero is a fault.
//
//===----------------------------------------------------------------------===//
#include "onnx/ArithmeticOperators.h"

#include "onnx/Broadcast.h"

#include <cmath>
#include <type_traits>

namespace mlonnx {

namespace {

template <typename T> auto wrapping(T Number) {
  if constexpr (std::is_integral_v<T>)
    return static_cast<std::make_unsigned_t<T>>(Number);
  else
    return Number;
}

template <typename T> bool isNotNumber(T Number) {
  if constexpr (std::is_floating_point_v<T>)
    return std::isnan(Number);
  else
    return false;
}

struct Plus {
  template <typename T> T operator()(T A, T B) const { return static_cast<T>(wrapping(A) + wrapping(B)); }
};
struct Minus {
  template <typename T> T operator()(T A, T B) const { return static_cast<T>(wrapping(A) - wrapping(B)); }
};
struct Times {
  template <typename T> T operator()(T A, T B) const { return static_cast<T>(wrapping(A) * wrapping(B)); }
};
struct Quotient { // of whole numbers towards zero
  template <typename T> T operator()(T A, T B) const {
    if constexpr (std::is_integral_v<T>)
      return B == T(-1) ? Minus()(T(0), A) : A / B;
    else
      return A / B;
  }
};
struct Remainder { // with the divisor's sign
  template <typename T> T operator()(T A, T B) const {
    if (B == T(-1))
      return 0;
    const T Rest = A % B;
    return Rest != 0 && (Rest < 0) != (B < 0) ? Rest + B : Rest;
  }
};
struct RemainderOfC {
  template <typename T> T operator()(T A, T B) const {
    if constexpr (std::is_integral_v<T>)
      return B == T(-1) ? T(0) : A % B;
    else
      return std::fmod(A, B);
  }
};
struct Power {
  template <typename T> T operator()(T A, T B) const { return std::pow(A, B); }
};
struct Least {
  template <typename T> T operator()(T A, T B) const { return isNotNumber(A) || A < B ? A : B; }
};
struct Greatest {
  template <typename T> T operator()(T A, T B) const { return isNotNumber(A) || A > B ? A : B; }
};
struct IsEqual {
  template <typename T> bool operator()(T A, T B) const { return A == B; }
};
struct IsLess {
  template <typename T> bool operator()(T A, T B) const { return A < B; }
};
struct IsNotGreater {
  template <typename T> bool operator()(T A, T B) const { return A <= B; }
};
struct IsGreater {
  template <typename T> bool operator()(T A, T B) const { return A > B; }
};
struct IsNotLess {
  template <typename T> bool operator()(T A, T B) const { return A >= B; }
};
struct Both {
  template <typename T> T operator()(T A, T B) const { return static_cast<T>(A & B); }
};
struct Either {
  template <typename T> T operator()(T A, T B) const { return static_cast<T>(A | B); }
};
struct Differs {
  bool operator()(bool A, bool B) const { return A != B; }
};

/// A row at a time, so that the compiler sees which operand goes on.
template <typename In, typename Out, typename F> void combine(const Broadcast &Way, const In *A, const In *B, Out *To) {
  const int64_t StepA = Way.step(0), StepB = Way.step(1);
  Way.rows([=](const int64_t *Places, int64_t Begin, int64_t Length) {
    const In *Left = A + Places[0], *Right = B + Places[1];
    Out *Row = To + Begin;
    if (StepA && StepB)
      for (int64_t I = 0; I < Length; ++I)
        Row[I] = F()(Left[I], Right[I]);
    else if (StepA)
      for (int64_t I = 0; I < Length; ++I)
        Row[I] = F()(Left[I], *Right);
    else
      for (int64_t I = 0; I < Length; ++I)
        Row[I] = F()(*Left, StepB ? Right[I] : *Right);
  });
}

template <typename In, typename Out, typename F> Fault combineInto(const Value &A, const Value &B, Call &C) {
  Broadcast Way;
  if (Fault Wrong = Way.of({&A.Dims, &B.Dims}))
    return Wrong;
  if (Fault Wrong = C.make(typeOf<Out>(), Way.shape()))
    return Wrong;
  combine<In, Out, F>(Way, A.as<In>(), B.as<In>(), C.out().fresh<Out>());
  return nullptr;
}

template <typename F, typename... Ts> Kernel bindTwo(Binding &B) {
  if (!B.takes(2, 2) || B.type(0) != B.type(1))
    return B.refuse("other inputs than two of one type");
  return forType<Ts...>(B, B.type(), [&](auto Tag) {
    using In = decltype(Tag);
    using Out = decltype(F()(Tag, Tag));
    return B.gives(typeOf<Out>(), [](Call &C) { return combineInto<In, Out, F>(C.in(0), C.in(1), C); });
  });
}

template <typename T> bool hasZero(const Value &In) {
  const T *Numbers = In.as<T>();
  for (int64_t I = 0, Count = In.count(); I < Count; ++I)
    if (Numbers[I] == 0)
      return true;
  return false;
}

/// Like `bindTwo`, of whole numbers with a look at the divisor before.
template <typename F, typename... Ts> Kernel bindDivision(Binding &B) {
  Kernel Divide = bindTwo<F, Ts...>(B);
  if (!Divide || B.type() == ElementType::Float || B.type() == ElementType::Double)
    return Divide;
  const bool IsLong = B.type() == ElementType::Int64;
  return [Divide = std::move(Divide), IsLong](Call &C) {
    const bool HasZero = IsLong ? hasZero<int64_t>(C.in(1)) : hasZero<int32_t>(C.in(1));
    return HasZero ? "a division by zero" : Divide(C);
  };
}

/// Of one or more tensors, from the left.
template <typename F, typename... Ts> Kernel bindMany(Binding &B) {
  for (size_t I = 0; I < B.Types.size(); ++I)
    if (B.type(I) != B.type() || !B.has(I))
      return B.refuse("inputs of several types");
  return forType<Ts...>(B, B.type(), [&](auto Tag) {
    using T = decltype(Tag);
    return B.gives(B.type(), [](Call &C) {
      Value Found = C.in(0);
      for (size_t I = 1; I < C.Inputs.size(); ++I) {
        if (Fault Wrong = combineInto<T, T, F>(Found, C.in(I), C))
          return Wrong;
        Found = C.out();
      }
      C.out() = Found;
      return Fault(nullptr);
    });
  });
}

template <typename T> Fault choose(Call &C, ElementType Type) {
  const Value &Which = C.in(0), &Then = C.in(1), &Else = C.in(2);
  Broadcast Way;
  if (Fault Wrong = Way.of({&Which.Dims, &Then.Dims, &Else.Dims}))
    return Wrong;
  if (Fault Wrong = C.make(Type, Way.shape()))
    return Wrong;
  const int64_t Steps[] = {Way.step(0), Way.step(1), Way.step(2)};
  T *To = C.out().fresh<T>();
  Way.rows([&](const int64_t *Places, int64_t Begin, int64_t Length) {
    const bool *Is = Which.as<bool>() + Places[0];
    const T *A = Then.as<T>() + Places[1], *B = Else.as<T>() + Places[2];
    for (int64_t I = 0; I < Length; ++I)
      To[Begin + I] = Is[I * Steps[0]] ? A[I * Steps[1]] : B[I * Steps[2]];
  });
  return nullptr;
}

} // namespace

Kernel bindAdd(Binding &B) { return bindTwo<Plus, float, int64_t, double, int32_t>(B); }
Kernel bindSub(Binding &B) { return bindTwo<Minus, float, int64_t, double, int32_t>(B); }
Kernel bindMul(Binding &B) { return bindTwo<Times, float, int64_t, double, int32_t>(B); }
Kernel bindDiv(Binding &B) { return bindDivision<Quotient, float, int64_t, double, int32_t>(B); }
Kernel bindPow(Binding &B) { return bindTwo<Power, float, double>(B); }

Kernel bindMod(Binding &B) {
  if (B.integer("fmod", 0))
    return bindDivision<RemainderOfC, float, int64_t, double, int32_t>(B);
  return bindDivision<Remainder, int64_t, int32_t>(B);
}

Kernel bindSum(Binding &B) { return bindMany<Plus, float, double>(B); }
Kernel bindMin(Binding &B) { return bindMany<Least, float, int64_t, double, int32_t>(B); }
Kernel bindMax(Binding &B) { return bindMany<Greatest, float, int64_t, double, int32_t>(B); }

Kernel bindEqual(Binding &B) { return bindTwo<IsEqual, float, int64_t, double, int32_t, bool>(B); }
Kernel bindLess(Binding &B) { return bindTwo<IsLess, float, int64_t, double, int32_t>(B); }
Kernel bindLessOrEqual(Binding &B) { return bindTwo<IsNotGreater, float, int64_t, double, int32_t>(B); }
Kernel bindGreater(Binding &B) { return bindTwo<IsGreater, float, int64_t, double, int32_t>(B); }
Kernel bindGreaterOrEqual(Binding &B) { return bindTwo<IsNotLess, float, int64_t, double, int32_t>(B); }

Kernel bindAnd(Binding &B) { return bindTwo<Both, bool>(B); }
Kernel bindOr(Binding &B) { return bindTwo<Either, bool>(B); }
Kernel bindXor(Binding &B) { return bindTwo<Differs, bool>(B); }
Kernel bindBitwiseAnd(Binding &B) { return bindTwo<Both, int64_t, int32_t, uint8_t>(B); }
Kernel bindBitwiseOr(Binding &B) { return bindTwo<Either, int64_t, int32_t, uint8_t>(B); }

Kernel bindWhere(Binding &B) {
  if (!B.takes(3, 3) || B.type() != ElementType::Bool || B.type(1) != B.type(2))
    return B.refuse("other inputs than a bool and two of one type");
  const ElementType Type = B.type(1);
  Fault (*Choose)(Call &, ElementType) = sizeOf(Type) == 8   ? choose<int64_t>
                                         : sizeOf(Type) == 4 ? choose<int32_t>
                                                             : choose<uint8_t>;
  return B.gives(Type, [=](Call &C) { return Choose(C, Type); });
}

} // namespace mlonnx
