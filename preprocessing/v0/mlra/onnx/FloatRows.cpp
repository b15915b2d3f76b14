//===- FloatRows.cpp - Functions of floats, many at a time ----------------===//
//
// Written with vectors of eight floats, which the compiler splits where registers are shorter. On x86-64 everything is
// there twice, for AVX2 with FMA and for all others, and asked of the processor once. Not through ifuncs, which run
// before a library is loaded whole.
//
//===----------------------------------------------------------------------===//
#include "onnx/FloatRows.h"

#include <algorithm>
#include <cstring>
#include <limits>

#define INLINE inline __attribute__((always_inline))

namespace mlonnx {

namespace {

constexpr int64_t Lanes = 8;
typedef float Floats __attribute__((vector_size(Lanes * sizeof(float))));
typedef int32_t Ints __attribute__((vector_size(Lanes * sizeof(int32_t))));

INLINE void load(const float *From, Floats &To) { std::memcpy(&To, From, sizeof(To)); }
INLINE void store(const Floats &From, float *To) { std::memcpy(To, &From, sizeof(From)); }
INLINE void asInts(const Floats &From, Ints &To) { std::memcpy(&To, &From, sizeof(To)); }
INLINE void asFloats(const Ints &From, Floats &To) { std::memcpy(&To, &From, sizeof(To)); }
INLINE void fill(float With, Floats &To) { To = Floats{} + With; }

/// 2^Power for -126 to 127.
INLINE void powerOfTwo(const Ints &Power, Floats &To) { asFloats((Power + 127) << 23, To); }

/// Cephes' expf: 2^n times a polynomial of what is left, in two halves so that neither leaves the range.
struct ExpOf {
  static INLINE void apply(Floats &X) {
    Floats Low, High, Whole, Half, First, Second;
    fill(-104, Low);
    fill(89, High);
    const Ints IsNumber = X == X;
    Floats Bound = X < Low ? Low : X;
    Bound = Bound > High ? High : Bound;
    Bound = IsNumber ? Bound : Floats{};
    Half = Bound * 1.44269504088896341f;
    fill(0.5f, Whole);
    Half += Half < Floats{} ? -Whole : Whole;
    const Ints Power = __builtin_convertvector(Half, Ints);
    Whole = __builtin_convertvector(Power, Floats);
    const Floats Rest = (Bound - Whole * 0.693359375f) - Whole * -2.12194440e-4f;
    Floats Sum = Rest * 1.9875691500e-4f + 1.3981999507e-3f;
    Sum = Sum * Rest + 8.3334519073e-3f;
    Sum = Sum * Rest + 4.1665795894e-2f;
    Sum = Sum * Rest + 1.6666665459e-1f;
    Sum = Sum * Rest + 5.0000001201e-1f;
    Sum = Sum * (Rest * Rest) + Rest + 1.0f;
    powerOfTwo(Power >> 1, First);
    powerOfTwo(Power - (Power >> 1), Second);
    X = IsNumber ? Sum * First * Second : X;
  }
};

struct SigmoidOf {
  static INLINE void apply(Floats &X) {
    X = -X;
    ExpOf::apply(X);
    X = 1.0f / (1.0f + X);
  }
};

/// Cephes' logf.
struct LogOf {
  static INLINE void apply(Floats &X) {
    const Floats Given = X;
    Floats Least, One, Mantissa;
    Ints Bits;
    fill(std::numeric_limits<float>::min(), Least);
    fill(1.0f, One);
    const Ints IsSmall = X < Least;
    X = IsSmall ? X * 8388608.0f : X;
    asInts(X, Bits);
    Ints Power = ((Bits >> 23) & 255) - 126 - (IsSmall & 23);
    asFloats((Bits & 0x007FFFFF) | 0x3F000000, Mantissa); // 0.5 to 1
    const Ints IsLow = Mantissa < 0.707106781186547524f;
    Power += IsLow; // by -1
    Mantissa = (IsLow ? Mantissa + Mantissa : Mantissa) - 1.0f;
    const Floats Exponent = __builtin_convertvector(Power, Floats);
    Floats Sum = Mantissa * 7.0376836292e-2f - 1.1514610310e-1f;
    Sum = Sum * Mantissa + 1.1676998740e-1f;
    Sum = Sum * Mantissa - 1.2420140846e-1f;
    Sum = Sum * Mantissa + 1.4249322787e-1f;
    Sum = Sum * Mantissa - 1.6668057665e-1f;
    Sum = Sum * Mantissa + 2.0000714765e-1f;
    Sum = Sum * Mantissa - 2.4999993993e-1f;
    Sum = Sum * Mantissa + 3.3333331174e-1f;
    const Floats Square = Mantissa * Mantissa;
    Sum = Sum * Mantissa * Square + Exponent * -2.12194440e-4f - Square * 0.5f;
    Sum = Mantissa + Sum + Exponent * 0.693359375f;
    fixEnds(Given, Sum);
    X = Sum;
  }

private:
  static INLINE void fixEnds(const Floats &Given, Floats &Found) {
    Floats Infinite, None, Zero = {};
    fill(std::numeric_limits<float>::infinity(), Infinite);
    fill(std::numeric_limits<float>::quiet_NaN(), None);
    Found = Given == Infinite ? Infinite : Found;
    Found = Given == Zero ? -Infinite : Found;
    Found = Given < Zero ? None : Found;
    Found = Given == Given ? Found : Given;
  }
};

/// A quotient of polynomials, with Eigen's coefficients: exact to 3 units where it is not 1.
struct TanhOf {
  static INLINE void apply(Floats &X) {
    Floats Bound;
    fill(7.90531110763549805f, Bound);
    const Floats Given = X;
    X = X > Bound ? Bound : X;
    X = X < -Bound ? -Bound : X;
    const Floats Square = X * X;
    Floats Above = Square * -2.76076847742355e-16f + 2.00018790482477e-13f;
    Above = Above * Square - 8.60467152213735e-11f;
    Above = Above * Square + 5.12229709037114e-08f;
    Above = Above * Square + 1.48572235717979e-05f;
    Above = Above * Square + 6.37261928875436e-04f;
    Above = Above * Square + 4.89352455891786e-03f;
    Floats Below = Square * 1.19825839466702e-06f + 1.18534705686654e-04f;
    Below = Below * Square + 2.26843463243900e-03f;
    Below = Below * Square + 4.89352518554385e-03f;
    X = X * Above / Below;
    const Floats Size = Given < Floats{} ? -Given : Given;
    X = Size < 0.0004f ? Given : X;
  }
};

template <typename Function> INLINE void mapRow(const float *From, float *To, int64_t Count) {
  int64_t I = 0;
  for (; I + Lanes <= Count; I += Lanes) {
    Floats X;
    load(From + I, X);
    Function::apply(X);
    store(X, To + I);
  }
  if (I == Count)
    return;
  Floats X = {};
  std::memcpy(&X, From + I, static_cast<size_t>(Count - I) * sizeof(float));
  Function::apply(X);
  std::memcpy(To + I, &X, static_cast<size_t>(Count - I) * sizeof(float));
}

/// `Height` rows by one panel, and into `To` as many columns as it has.
template <int Height>
INLINE void multiplyTile(const float *Left, int64_t Stride, int64_t Depth, const float *Panel, float Factor, float *To,
                         int64_t Columns, int64_t Width) {
  Floats Low[Height] = {}, High[Height] = {};
  for (int64_t K = 0; K < Depth; ++K) {
    Floats A, B;
    load(Panel + K * PanelWidth, A);
    load(Panel + K * PanelWidth + Lanes, B);
    for (int Row = 0; Row < Height; ++Row) {
      const float Times = Left[Row * Stride + K];
      Low[Row] += A * Times;
      High[Row] += B * Times;
    }
  }
  for (int Row = 0; Row < Height; ++Row) {
    float *Line = To + Row * Columns, Sums[PanelWidth];
    store(Low[Row], Sums);
    store(High[Row], Sums + Lanes);
    for (int64_t I = 0; I < Width; ++I)
      Line[I] += Factor * Sums[I];
  }
}

template <int Height>
INLINE void multiplyBy(const float *Left, int64_t Rows, int64_t Stride, int64_t Depth, const float *Panels,
                       int64_t Columns, float Factor, float *To) {
  for (int64_t Column = 0; Column < Columns; Column += PanelWidth) {
    const float *Panel = Panels + Column * Depth;
    const int64_t Width = std::min(PanelWidth, Columns - Column);
    int64_t Row = 0;
    for (; Row + Height <= Rows; Row += Height)
      multiplyTile<Height>(Left + Row * Stride, Stride, Depth, Panel, Factor, To + Row * Columns + Column, Columns,
                           Width);
    for (; Row < Rows; ++Row)
      multiplyTile<1>(Left + Row * Stride, Stride, Depth, Panel, Factor, To + Row * Columns + Column, Columns, Width);
  }
}

// The same bodies, compiled for one kind of processor after the other. ROWS: of how many a tile has its sums in
// registers.
#define FOR_PROCESSOR(NAME, TARGET, ROWS)                                                                              \
  TARGET void exp##NAME(const float *From, float *To, int64_t Count) { mapRow<ExpOf>(From, To, Count); }               \
  TARGET void log##NAME(const float *From, float *To, int64_t Count) { mapRow<LogOf>(From, To, Count); }               \
  TARGET void sigmoid##NAME(const float *From, float *To, int64_t Count) { mapRow<SigmoidOf>(From, To, Count); }       \
  TARGET void tanh##NAME(const float *From, float *To, int64_t Count) { mapRow<TanhOf>(From, To, Count); }             \
  TARGET void multiply##NAME(const float *Left, int64_t Rows, int64_t Stride, int64_t Depth, const float *Panels,      \
                             int64_t Columns, float Factor, float *To) {                                               \
    multiplyBy<ROWS>(Left, Rows, Stride, Depth, Panels, Columns, Factor, To);                                          \
  }                                                                                                                    \
  constexpr FloatRows Rows##NAME = {exp##NAME, log##NAME, sigmoid##NAME, tanh##NAME, multiply##NAME};

#if defined(__x86_64__)
FOR_PROCESSOR(Plain, , 2)
FOR_PROCESSOR(Avx2, __attribute__((target("avx2,fma"))), 6)
#else
FOR_PROCESSOR(Plain, , 4)
#endif

} // namespace

const FloatRows &floatRows() {
#if defined(__x86_64__)
  static const bool IsWide = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  return IsWide ? RowsAvx2 : RowsPlain;
#else
  return RowsPlain;
#endif
}

void pack(const float *From, int64_t Depth, int64_t Columns, bool IsTransposed, float *To) {
  for (int64_t Column = 0; Column < Columns; Column += PanelWidth) {
    const int64_t Width = std::min(PanelWidth, Columns - Column);
    for (int64_t K = 0; K < Depth; ++K, To += PanelWidth) {
      for (int64_t I = 0; I < Width; ++I)
        To[I] = IsTransposed ? From[(Column + I) * Depth + K] : From[K * Columns + Column + I];
      std::fill(To + Width, To + PanelWidth, 0.0f);
    }
  }
}

} // namespace mlonnx
