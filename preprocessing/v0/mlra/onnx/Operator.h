//===- Operator.h - An operator and what binds it to a node ---------------===//
//
// A node is bound once, when the model is opened: types, attributes and the inputs that are constant are known by then,
// and whatever is not known for certain is refused. What is left is a kernel, which is called with each question.
//
//===----------------------------------------------------------------------===//
#ifndef MLRA_ONNX_OPERATOR_H
#define MLRA_ONNX_OPERATOR_H

#include "onnx/Model.h"
#include "onnx/Value.h"

#include <functional>
#include <initializer_list>
#include <string>
#include <vector>

namespace mlonnx {

struct Call {
  Memory &From;
  std::vector<const Value *> Inputs; ///< null: left out
  std::vector<Value *> Outputs;      ///< null: nobody wants it

  const Value &in(size_t I) const { return *Inputs[I]; }
  bool has(size_t I) const { return I < Inputs.size() && Inputs[I]; }
  Value &out(size_t I = 0) const { return *Outputs[I]; }
  Fault make(ElementType Type, const Shape &Dims, size_t Output = 0) {
    return Outputs[Output]->make(From, Type, Dims);
  }
};

using Kernel = std::function<Fault(Call &)>;

class Binding {
public:
  Binding(const Node &Of, int64_t Opset, Memory &From) : Of(Of), Opset(Opset), From(From) {}

  const Node &Of;
  const int64_t Opset;
  Memory &From;
  std::vector<ElementType> Types;       ///< of the inputs; None: left out
  std::vector<const Value *> Constants; ///< inputs whose value is known; null: not yet
  std::vector<ElementType> Results;     ///< to be filled: the types of the outputs

  ElementType type(size_t I = 0) const { return I < Types.size() ? Types[I] : ElementType::None; }
  bool has(size_t I) const { return type(I) != ElementType::None; }
  /// Whether so many inputs are there, from the first one on without a gap.
  bool takes(size_t Least, size_t Most);

  int64_t integer(Words Name, int64_t Default);
  float real(Words Name, float Default);
  Words text(Words Name, Words Default);
  const Attribute *attribute(Words Name);
  /// Whether there is such a list; a list in the place of another kind is refused.
  bool integers(Words Name, std::vector<int64_t> &To);

  Kernel refuse(std::string Reason);
  /// One result of that type.
  Kernel gives(ElementType Type, Kernel Does);
  const std::string &refusal() const { return Refusal; }
  /// The first attribute that nobody asked for; empty if there is none.
  Words leftAttribute() const;

private:
  const Attribute *find(Words Name, Attribute::Kind Form);

  std::vector<Words> Taken;
  std::string Refusal;
};

using Binder = Kernel (*)(Binding &);

/// The releases of the operators whose meaning is known here.
constexpr int64_t OldestOpset = 11, NewestOpset = 23;

struct Operator {
  Words Name;
  Binder Bind;
  int64_t Since = OldestOpset; ///< the first release in which it means what is done here
};

/// Null if it is not known.
const Operator *findOperator(Words Name);

/// Calls `Make(T())` with the type of `Type`, if it is among `Ts`, and refuses all others.
template <typename... Ts, typename F> Kernel forType(Binding &B, ElementType Type, F Make) {
  Kernel Made;
  if (!visitType<Ts...>(Type, [&](auto Tag) { Made = Make(Tag); }))
    return B.refuse("elements of this type");
  return Made;
}

} // namespace mlonnx

#endif
