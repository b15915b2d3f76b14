//===- ProblemMembers.cpp - Members of a record that state the problem ----===//
#include "write/ProblemMembers.h"

#include "write/ColumnSelection.h"
#include "write/ColumnWriter.h"
#include "write/JsonWriter.h"
#include "write/NestedArray.h"

using namespace llvm;

namespace mlra {

namespace {

template <typename WriterT> void writeBlocks(WriterT &J, const std::vector<Block> &Blocks) {
  J.array("block_start", Blocks, [&](const Block &B) { J.value(B.FirstInstruction); });
  J.array("block_freq", Blocks, [&](const Block &B) { J.value(static_cast<float>(B.Frequency)); });
  J.array("block_loop_depth", Blocks, [&](const Block &B) { J.value(int16_t(B.LoopDepth)); });
  nestedArray(J, "block_succ", Blocks, [&](const Block &B) {
    for (const BlockSuccessor &S : B.Successors)
      J.value(S.Block);
  });
  nestedArray(J, "block_succ_prob", Blocks, [&](const Block &B) {
    for (const BlockSuccessor &S : B.Successors)
      J.value(S.Probability);
  });
  J.array("block_flags", Blocks, [&](const Block &B) { J.value(int16_t(B.Flags)); });
  J.array("block_first_split", Blocks, [&](const Block &B) { J.value(B.FirstSplit); });
  J.array("block_last_split", Blocks, [&](const Block &B) { J.value(B.LastSplit); });
}

template <typename WriterT> void writeNodes(WriterT &J, const std::vector<Node> &Nodes) {
  J.array("node_vreg", Nodes, [&](const Node &N) { J.value(Register(N.Reg).virtRegIndex()); });
  J.array("node_class", Nodes, [&](const Node &N) { J.value(int16_t(N.ClassID)); });
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

template <typename WriterT> void writeOperands(WriterT &J, const Problem &P) {
  J.array("operand_inst", P.Operands, [&](const NodeOperand &O) { J.value(O.Instruction); });
  J.array("operand_index", P.Operands, [&](const NodeOperand &O) { J.value(int16_t(O.Index)); });
  J.array("operand_node", P.Operands, [&](const NodeOperand &O) { J.value(O.Node); });
  J.array("operand_subreg", P.Operands, [&](const NodeOperand &O) { J.value(int16_t(O.SubReg)); });
  J.array("operand_flags", P.Operands, [&](const NodeOperand &O) { J.value(int16_t(O.Flags)); });
  nestedArray(J, "use_flags", P.Nodes, [&](const Node &N) {
    for (const UsePoint &Use : N.Uses)
      J.value(int16_t(Use.Flags));
  });
}

template <typename WriterT> void writeValues(WriterT &J, const std::vector<Node> &Nodes) {
  nestedArray(J, "value_def", Nodes, [&](const Node &N) {
    for (const Value &V : N.Values)
      J.value(V.Definition);
  });
  nestedArray(J, "value_flags", Nodes, [&](const Node &N) {
    for (const Value &V : N.Values)
      J.value(int16_t(V.Flags));
  });
}

template <typename WriterT> void writeCopies(WriterT &J, const std::vector<NodeCopy> &Copies) {
  J.array("copy_inst", Copies, [&](const NodeCopy &C) { J.value(C.Instruction); });
  J.array("copy_to", Copies, [&](const NodeCopy &C) { J.value(C.To.Place); });
  J.array("copy_from", Copies, [&](const NodeCopy &C) { J.value(C.From.Place); });
  J.array("copy_to_subreg", Copies, [&](const NodeCopy &C) { J.value(int16_t(C.To.SubReg)); });
  J.array("copy_from_subreg", Copies, [&](const NodeCopy &C) { J.value(int16_t(C.From.SubReg)); });
}

template <typename WriterT> void writeFixed(WriterT &J, const FixedRanges &Fixed) {
  J.array("fixed_unit", Fixed.Units, [&](const FixedUnit &F) { J.value(int16_t(F.Unit)); });
  nestedArray(J, "fixed_live", Fixed.Units, [&](const FixedUnit &F) {
    for (int Position : F.Live)
      J.value(Position);
  });
  J.array("mask_inst", Fixed.Masks, [&](const MaskUse &M) { J.value(M.Instruction); });
  J.array("mask_id", Fixed.Masks, [&](const MaskUse &M) { J.value(M.Mask); });
  nestedArray(J, "mask_preserved", Fixed.Preserved, [&](const std::vector<MCPhysReg> &Preserved) {
    for (MCPhysReg Reg : Preserved)
      J.value(Reg);
  });
}

} // namespace

template <typename WriterT> void writeProblem(WriterT &J, const Problem &P) {
  J.array("inst", P.Shapes, [&](unsigned Shape) { J.value(Shape); });
  writeBlocks(J, P.Blocks);
  writeNodes(J, P.Nodes);
  writeUses(J, P.Nodes);
  writeOperands(J, P);
  writeValues(J, P.Nodes);
  writeCopies(J, P.Copies);
  writeFixed(J, P.Fixed);
  J.array("callee_saved", P.CalleeSaved, [&](MCPhysReg Reg) { J.value(Reg); });
  J.array("edge_u", P.Edges, [&](const Edge &E) { J.value(E.first); });
  J.array("edge_v", P.Edges, [&](const Edge &E) { J.value(E.second); });
  J.array("reserved", P.Reserved, [&](MCPhysReg Reg) { J.value(Reg); });
}

template void writeProblem(JsonWriter &J, const Problem &P);
template void writeProblem(ColumnWriter &J, const Problem &P);
template void writeProblem(ColumnSelection &J, const Problem &P);

} // namespace mlra
