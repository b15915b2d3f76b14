//===- FunctionOperators.cpp - One tensor, element by element -------------===//
#include "onnx/FunctionOperators.h"

#include "onnx/FloatRows.h"

#include <cmath>
#include <limits>
#include <type_traits>

namespace mlonnx {

namespace {

template <typename In, typename Out, typename F> Fault map(Call &C, const F &Of) {
  const Value &Given = C.in(0);
  if (Fault Wrong = C.make(typeOf<Out>(), Given.Dims))
    return Wrong;
  const In *From = Given.as<In>();
  Out *To = C.out().fresh<Out>();
  for (int64_t I = 0, Count = Given.count(); I < Count; ++I)
    To[I] = static_cast<Out>(Of(From[I]));
  return nullptr;
}

template <typename... Ts, typename F> Kernel bindOne(Binding &B, F Of) {
  if (!B.takes(1, 1))
    return B.refuse("other inputs than one");
  return forType<Ts...>(B, B.type(), [&](auto Tag) {
    using In = decltype(Tag);
    using Out = decltype(Of(Tag));
    return B.gives(typeOf<Out>(), [Of](Call &C) { return map<In, Out>(C, Of); });
  });
}

/// Of floats, a row at a time.
Kernel bindRow(Binding &B, FloatRow Of) {
  if (!B.takes(1, 1) || B.type() != ElementType::Float)
    return B.refuse("other inputs than one of type float");
  return B.gives(ElementType::Float, [Of](Call &C) {
    if (Fault Wrong = C.make(ElementType::Float, C.in(0).Dims))
      return Wrong;
    Of(C.in(0).as<float>(), C.out().fresh<float>(), C.in(0).count());
    return Fault(nullptr);
  });
}

/// As C++ does where it says what is done; what no whole number can hold is the least one, as of x86's instructions.
template <typename Out, typename In> Out converted(In Number) {
  if constexpr (std::is_floating_point_v<In> && std::is_integral_v<Out> && !std::is_same_v<Out, bool>) {
    constexpr double Least = static_cast<double>(std::numeric_limits<Out>::min());
    constexpr double Above = static_cast<double>(std::numeric_limits<Out>::max() / 2 + 1) * 2;
    const double Wide = static_cast<double>(Number);
    return Wide > Least - 1 && Wide < Above ? static_cast<Out>(Number) : std::numeric_limits<Out>::min();
  } else if constexpr (std::is_same_v<Out, bool>) {
    return Number != 0;
  } else {
    return static_cast<Out>(Number);
  }
}

template <typename In, typename Out> Kernel castKernel(Binding &B) {
  return B.gives(typeOf<Out>(), [](Call &C) { return map<In, Out>(C, [](In X) { return converted<Out>(X); }); });
}

template <typename T> Kernel clip(Binding &B) {
  return B.gives(typeOf<T>(), [](Call &C) {
    T Least = std::numeric_limits<T>::lowest(), Most = std::numeric_limits<T>::max();
    if ((C.has(1) && C.in(1).count() != 1) || (C.has(2) && C.in(2).count() != 1))
      return Fault("a limit is not one number");
    if (C.has(1))
      Least = *C.in(1).as<T>();
    if (C.has(2))
      Most = *C.in(2).as<T>();
    return map<T, T>(C, [=](T X) {
      const T Raised = X < Least ? Least : X;
      return Raised > Most ? Most : Raised;
    });
  });
}

} // namespace

Kernel bindAbs(Binding &B) {
  return bindOne<float, double, int64_t, int32_t>(B, [](auto X) {
    constexpr decltype(X) Zero = 0; // also of the one below 0
    return X < 0 ? Zero - X : X == 0 ? Zero : X;
  });
}

Kernel bindNeg(Binding &B) {
  return bindOne<float, double>(B, [](auto X) { return -X; });
}

Kernel bindSign(Binding &B) {
  return bindOne<float, double, int64_t, int32_t>(
      B, [](auto X) { return X != X ? X : static_cast<decltype(X)>((X > 0) - (X < 0)); });
}

Kernel bindNot(Binding &B) {
  return bindOne<bool>(B, [](bool X) { return !X; });
}

Kernel bindRelu(Binding &B) {
  return bindOne<float, double>(B, [](auto X) { return X < 0 ? decltype(X)(0) : X; });
}

Kernel bindLeakyRelu(Binding &B) {
  const float Slope = B.real("alpha", 0.01f);
  return bindOne<float>(B, [=](float X) { return X < 0 ? Slope * X : X; });
}

Kernel bindElu(Binding &B) {
  const float Scale = B.real("alpha", 1);
  return bindOne<float>(B, [=](float X) { return X < 0 ? Scale * std::expm1(X) : X; });
}

Kernel bindCeil(Binding &B) {
  return bindOne<float, double>(B, [](auto X) { return std::ceil(X); });
}

Kernel bindFloor(Binding &B) {
  return bindOne<float, double>(B, [](auto X) { return std::floor(X); });
}

Kernel bindSqrt(Binding &B) {
  return bindOne<float, double>(B, [](auto X) { return std::sqrt(X); });
}

Kernel bindReciprocal(Binding &B) {
  return bindOne<float, double>(B, [](auto X) { return decltype(X)(1) / X; });
}

Kernel bindErf(Binding &B) {
  return bindOne<float>(B, [](float X) { return std::erf(X); });
}

Kernel bindSoftplus(Binding &B) {
  return bindOne<float>(B, [](float X) { return X > 0 ? X + std::log1p(std::exp(-X)) : std::log1p(std::exp(X)); });
}

Kernel bindExp(Binding &B) { return bindRow(B, floatRows().Exp); }
Kernel bindSigmoid(Binding &B) { return bindRow(B, floatRows().Sigmoid); }
Kernel bindTanh(Binding &B) { return bindRow(B, floatRows().Tanh); }

Kernel bindLog(Binding &B) {
  if (B.type() == ElementType::Double)
    return bindOne<double>(B, [](double X) { return std::log(X); });
  return bindRow(B, floatRows().Log);
}

Kernel bindIsNaN(Binding &B) {
  return bindOne<float, double>(B, [](auto X) { return X != X; });
}

Kernel bindIsInf(Binding &B) {
  const bool Below = B.integer("detect_negative", 1), Above = B.integer("detect_positive", 1);
  return bindOne<float, double>(B, [=](auto X) { return std::isinf(X) && (X < 0 ? Below : Above); });
}

Kernel bindCast(Binding &B) {
  B.integer("saturate", 1); // of eight bits alone
  const ElementType To = elementTypeOf(static_cast<uint64_t>(B.integer("to", 0)));
  if (!B.takes(1, 1))
    return B.refuse("other inputs than one");
  if (To == B.type())
    return bindIdentity(B);
  return forType<float, double, int64_t, int32_t, uint8_t, bool>(B, B.type(), [&](auto In) {
    return forType<float, double, int64_t, int32_t, uint8_t, bool>(
        B, To, [&](auto Out) { return castKernel<decltype(In), decltype(Out)>(B); });
  });
}

Kernel bindIdentity(Binding &B) {
  if (!B.takes(1, 1))
    return B.refuse("other inputs than one");
  return B.gives(B.type(), [](Call &C) {
    C.out() = C.in(0);
    return Fault(nullptr);
  });
}

Kernel bindClip(Binding &B) {
  if (!B.takes(1, 3) || (B.has(1) && B.type(1) != B.type()) || (B.has(2) && B.type(2) != B.type()))
    return B.refuse("limits of another type");
  return forType<float, double, int64_t, int32_t>(B, B.type(), [&](auto Tag) { return clip<decltype(Tag)>(B); });
}

} // namespace mlonnx
