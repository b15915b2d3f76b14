//===- RecordWriter.cpp - The dump files: one versioned record a function ------===//
#include "write/RecordWriter.h"

#include "text/FunctionNames.h"

#include "llvm/Support/FileSystem.h"

using namespace llvm;

namespace mlra {

namespace {

template <typename WriterT> void writeBlocks(WriterT &J, const std::vector<Block> &Blocks) {
  J.array("block_start", Blocks, [&](const Block &B) { J.value(B.FirstInstruction); });
  J.array("block_freq", Blocks, [&](const Block &B) { J.value(static_cast<float>(B.Frequency)); });
  J.array("block_loop_depth", Blocks, [&](const Block &B) { J.value(B.LoopDepth); });
  J.array("block_succ", Blocks, [&](const Block &B) {
    J.beginArray();
    for (int Successor : B.Successors)
      J.value(Successor);
    J.endArray();
  });
}

/// A member that holds a list a node; `Put(Node)` writes the elements of one.
template <typename WriterT, typename PutT>
void listANode(WriterT &J, const char *Name, const std::vector<Node> &Nodes, PutT Put) {
  J.array(Name, Nodes, [&](const Node &N) {
    J.beginArray();
    Put(N);
    J.endArray();
  });
}

template <typename WriterT> void writeNodes(WriterT &J, const std::vector<Node> &Nodes) {
  J.array("node_vreg", Nodes, [&](const Node &N) { J.value(Register(N.Reg).virtRegIndex()); });
  J.array("node_class", Nodes, [&](const Node &N) { J.value(N.ClassID); });
  J.array("node_spill_weight", Nodes, [&](const Node &N) { J.value(N.SpillWeight); });
  J.array("node_size", Nodes, [&](const Node &N) { J.value(N.Size); });
  listANode(J, "node_live", Nodes, [&](const Node &N) {
    for (const InstructionRange &Range : N.Live)
      J.value(Range.First), J.value(Range.Last);
  });
  listANode(J, "node_hint", Nodes, [&](const Node &N) {
    for (int Hint : N.Hints)
      J.value(Hint);
  });
  listANode(J, "node_forbidden", Nodes, [&](const Node &N) {
    for (MCPhysReg Reg : N.Forbidden)
      J.value(Reg);
  });
}

template <typename WriterT> void writeUses(WriterT &J, const std::vector<Node> &Nodes) {
  listANode(J, "use_inst", Nodes, [&](const Node &N) {
    for (const UsePoint &Use : N.Uses)
      J.value(Use.Instruction);
  });
  listANode(J, "use_distance", Nodes, [&](const Node &N) {
    for (const UsePoint &Use : N.Uses)
      J.value(Use.Distance);
  });
  listANode(J, "use_spill_weight", Nodes, [&](const Node &N) {
    for (const UsePoint &Use : N.Uses)
      J.value(Use.SpillWeight);
  });
  listANode(J, "split_points", Nodes, [&](const Node &N) {
    for (size_t I = 0; I < N.Uses.size(); ++I)
      if (N.Uses[I].IsSplitPoint)
        J.value(I);
  });
}

template <typename WriterT> void writeOutcome(WriterT &J, const Outcome &O) {
  J.array("node_outcome", O.Nodes, [&](const NodeOutcome &N) { J.value(static_cast<unsigned>(N.Kind)); });
  J.array("node_assigned", O.Nodes, [&](const NodeOutcome &N) { J.value(N.Assigned); });
  J.member("spills", O.Spills);
  J.member("reloads", O.Reloads);
  J.member("folded_spills", O.FoldedSpills);
  J.member("folded_reloads", O.FoldedReloads);
  J.member("copies", O.Copies);
  J.member("spill_cost", O.SpillCost);
  J.member("copy_cost", O.CopyCost);
}

template <typename WriterT> void writeNewShapes(WriterT &J, const std::vector<InstructionShapes::Shape> &Shapes) {
  using Shape = InstructionShapes::Shape;
  J.array("shape_opcode", Shapes, [&](const Shape &S) { J.value(S.Opcode); });
  J.array("shape_operands", Shapes, [&](const Shape &S) {
    J.beginArray();
    for (const std::string &Operand : S.Operands)
      J.value(Operand);
    J.endArray();
  });
}

template <typename WriterT> void writeMembers(WriterT &J, const FunctionRecord &R) {
  J.member("function", recordedName(R.MF.getName()));
  J.member("function_id", R.FunctionID);
  J.member("content_hash", R.Text.contentHash());
  J.member("eh_pads", R.P.HasEHPads);
  J.member("optnone", R.MF.getFunction().hasOptNone());
  if (R.WithText)
    J.member("mir", R.Text.text());
  J.array("inst", R.P.Shapes, [&](unsigned Shape) { J.value(Shape); });
  writeBlocks(J, R.P.Blocks);
  writeNodes(J, R.P.Nodes);
  writeUses(J, R.P.Nodes);
  J.array("edge_u", R.P.Edges, [&](const Edge &E) { J.value(E.first); });
  J.array("edge_v", R.P.Edges, [&](const Edge &E) { J.value(E.second); });
  J.array("reserved", R.P.Reserved, [&](MCPhysReg Reg) { J.value(Reg); });
  writeOutcome(J, R.O);
  writeNewShapes(J, R.NewShapes);
}

} // namespace

RecordWriter::RecordWriter(StringRef Path)
    : Path(Path.str()), OS(std::make_unique<raw_fd_ostream>(Path, OpenError, sys::fs::OF_None)) {}

std::string RecordWriter::finish() {
  std::error_code Error = OpenError;
  if (!Error) {
    Error = writeEnd(*OS);
    OS->close();
    if (!Error)
      Error = OS->error();
  }
  OS->clear_error(); // reported by the caller, not by the destructor's abort
  return Error ? "cannot write " + Path + ": " + Error.message() : "";
}

void JsonRecordWriter::write(const FunctionRecord &R) {
  if (!stream())
    return;
  J.clear();
  J.beginObject();
  J.member("v", RecordVersion);
  writeMembers(J, R);
  J.endObject();
  J.newLine();
  *stream() << J.text();
  ++Functions;
}

std::error_code JsonRecordWriter::writeEnd(raw_ostream &OS) {
  J.clear();
  J.beginObject();
  J.member("v", RecordVersion);
  J.member("functions", Functions);
  J.endObject();
  J.newLine();
  OS << J.text();
  return {};
}

void ColumnRecordWriter::write(const FunctionRecord &R) {
  Columns.beginObject();
  writeMembers(Columns, R);
  Columns.endObject();
}

std::error_code ColumnRecordWriter::writeEnd(raw_ostream &OS) { return Columns.write(OS, RecordVersion); }

} // namespace mlra
