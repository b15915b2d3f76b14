//===- ProblemMembers.cpp - Members of a record that state the problem ----===//
#include "write/ProblemMembers.h"

#include "write/ColumnWriter.h"
#include "write/JsonWriter.h"
#include "write/NestedArray.h"

using namespace llvm;

namespace mlra {

namespace {

template <typename WriterT> void writeBlocks(WriterT &J, const std::vector<Block> &Blocks) {
  J.array("block_start", Blocks, [&](const Block &B) { J.value(B.FirstInstruction); });
  J.array("block_freq", Blocks, [&](const Block &B) { J.value(static_cast<float>(B.Frequency)); });
  J.array("block_loop_depth", Blocks, [&](const Block &B) { J.value(B.LoopDepth); });
  nestedArray(J, "block_succ", Blocks, [&](const Block &B) {
    for (int Successor : B.Successors)
      J.value(Successor);
  });
}

template <typename WriterT> void writeNodes(WriterT &J, const std::vector<Node> &Nodes) {
  J.array("node_vreg", Nodes, [&](const Node &N) { J.value(Register(N.Reg).virtRegIndex()); });
  J.array("node_class", Nodes, [&](const Node &N) { J.value(N.ClassID); });
  J.array("node_spill_weight", Nodes, [&](const Node &N) { J.value(N.SpillWeight); });
  J.array("node_size", Nodes, [&](const Node &N) { J.value(N.Size); });
  nestedArray(J, "node_live", Nodes, [&](const Node &N) {
    for (const InstructionRange &Range : N.Live)
      J.value(Range.First), J.value(Range.Last);
  });
  nestedArray(J, "node_hint", Nodes, [&](const Node &N) {
    for (int Hint : N.Hints)
      J.value(Hint);
  });
  nestedArray(J, "node_forbidden", Nodes, [&](const Node &N) {
    for (MCPhysReg Reg : N.Forbidden)
      J.value(Reg);
  });
}

template <typename WriterT> void writeUses(WriterT &J, const std::vector<Node> &Nodes) {
  nestedArray(J, "use_inst", Nodes, [&](const Node &N) {
    for (const UsePoint &Use : N.Uses)
      J.value(Use.Instruction);
  });
  nestedArray(J, "use_distance", Nodes, [&](const Node &N) {
    for (const UsePoint &Use : N.Uses)
      J.value(Use.Distance);
  });
  nestedArray(J, "use_spill_weight", Nodes, [&](const Node &N) {
    for (const UsePoint &Use : N.Uses)
      J.value(Use.SpillWeight);
  });
  nestedArray(J, "split_points", Nodes, [&](const Node &N) {
    for (size_t I = 0; I < N.Uses.size(); ++I)
      if (N.Uses[I].IsSplitPoint)
        J.value(I);
  });
}

} // namespace

template <typename WriterT> void writeProblem(WriterT &J, const Problem &P) {
  J.array("inst", P.Shapes, [&](unsigned Shape) { J.value(Shape); });
  writeBlocks(J, P.Blocks);
  writeNodes(J, P.Nodes);
  writeUses(J, P.Nodes);
  J.array("edge_u", P.Edges, [&](const Edge &E) { J.value(E.first); });
  J.array("edge_v", P.Edges, [&](const Edge &E) { J.value(E.second); });
  J.array("reserved", P.Reserved, [&](MCPhysReg Reg) { J.value(Reg); });
}

template void writeProblem(JsonWriter &J, const Problem &P);
template void writeProblem(ColumnWriter &J, const Problem &P);

} // namespace mlra
