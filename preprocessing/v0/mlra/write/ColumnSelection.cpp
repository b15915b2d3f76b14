//===- ColumnSelection.cpp - Some columns of a problem, as flat numbers ---===//
#include "write/ColumnSelection.h"

#include "write/ProblemMembers.h"

using namespace llvm;

namespace mlra {

namespace {

/// One of everything.
Problem specimen() {
  Node N{};
  N.Reg = Register::index2VirtReg(0);
  N.Live = {{0, 1}};
  N.Hints = {0};
  N.Forbidden = {1};
  N.Uses = {UsePoint{0, 0, 0, /*IsSplitPoint=*/true}};
  N.Values = {Value{}};
  Block B{};
  B.Successors = {BlockSuccessor{}};
  Problem P;
  P.Shapes = {0};
  P.Blocks = {B};
  P.Nodes = {N};
  P.Edges = {{0, 1}};
  P.Reserved = {1};
  P.Operands = {NodeOperand{}};
  P.Copies = {NodeCopy{}};
  P.Fixed.Units = {FixedUnit{0, {0, 1}}};
  P.Fixed.Masks = {MaskUse{}};
  P.Fixed.Preserved = {{1}};
  P.CalleeSaved = {1};
  return P;
}

} // namespace

SelectedColumns selectColumns(const Problem &P, const std::set<std::string, std::less<>> &Wanted) {
  ColumnSelection Selection(&Wanted);
  writeProblem(Selection, P);
  SelectedColumns Columns = Selection.take();
  for (auto &[Name, Column] : Columns) { // one without values does not know what they would be
    const SelectedColumn &Kind = columnKinds().find(Name)->second;
    Column.IsReal = Kind.IsReal;
    Column.IsNested = Kind.IsNested;
    if (Column.IsNested && Column.Offsets.empty())
      Column.Offsets.push_back(0);
  }
  return Columns;
}

const SelectedColumns &columnKinds() {
  static const SelectedColumns Kinds = [] {
    ColumnSelection Selection;
    writeProblem(Selection, specimen());
    return Selection.take();
  }();
  return Kinds;
}

} // namespace mlra
