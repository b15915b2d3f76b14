//===- AdviceQuestion.cpp - What a model that advises is told -------------===//
#include "decide/AdviceQuestion.h"

#include "write/ColumnSelection.h"

#include "llvm/ADT/StringRef.h"

using namespace llvm;

namespace mlra {

namespace {

constexpr char VectorsName[] = "node_vectors";
/// A dataset numbers the shapes of instructions over all its modules, which the compiler of one does not see.
constexpr char ShapesName[] = "inst";
constexpr char OffsetsSuffix[] = "_offsets";

std::string unfit(const mlrun::Tensor &Input, const Twine &Why) {
  return ("the model's input " + Input.Name + Why).str();
}

std::string refusalOfForm(const mlrun::Tensor &Input, mlrun::ElementType Type, size_t Rank) {
  if (Input.Type != Type)
    return unfit(Input, Twine(" is ") + nameOf(Input.Type) + ", not " + nameOf(Type));
  if (Input.Shape.size() != Rank)
    return unfit(Input, " has " + Twine(Input.Shape.size()) + " dimensions, not " + Twine(Rank));
  return "";
}

} // namespace

std::string AdviceQuestion::begin(const std::vector<mlrun::Tensor> &Inputs) {
  for (const mlrun::Tensor &Input : Inputs) {
    std::string Problem;
    StringRef Name = Input.Name;
    bool IsOffsets = Name.consume_back(OffsetsSuffix);
    auto Found = columnKinds().find(Name);
    if (Input.Name == VectorsName) {
      HasVectors = true;
      Problem = refusalOfForm(Input, mlrun::ElementType::Float, 2);
    } else if (Input.Name == ShapesName) {
      Problem = unfit(Input, " is numbered anew by each dataset; node_vectors tell of instructions");
    } else if (Found == columnKinds().end()) {
      Problem = unfit(Input, " is no column of the problem, as docs/dataset.md has them");
    } else if (IsOffsets && !Found->second.IsNested) {
      Problem = unfit(Input, ": the column has no lists in its list");
    } else {
      bool IsReal = Found->second.IsReal && !IsOffsets;
      Problem = refusalOfForm(Input, IsReal ? mlrun::ElementType::Float : mlrun::ElementType::Int64, 1);
      Columns.insert(Name.str());
      (IsOffsets ? Offsets : Values).insert(Name.str());
    }
    if (!Problem.empty())
      return Problem;
  }
  return "";
}

void AdviceQuestion::addColumns(const Problem &P, mlrun::Features &Question) const {
  for (const auto &[Name, Column] : selectColumns(P, Columns)) {
    if (Values.count(Name))
      Column.IsReal ? Question.add(Name, Column.Reals) : Question.add(Name, Column.Integers);
    if (Offsets.count(Name))
      Question.add(Name + OffsetsSuffix, Column.Offsets);
  }
}

} // namespace mlra
