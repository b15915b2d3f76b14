//===- AnswerMembers.cpp - Members of a record that tell the answer -------===//
#include "write/AnswerMembers.h"

#include "write/ColumnWriter.h"
#include "write/JsonWriter.h"

using namespace llvm;

namespace mlra {

namespace {

template <typename WriterT> void writeOutcome(WriterT &J, const Answer &Of) {
  J.array("node_outcome", Of.Words.Nodes, [&](const NodeOutcome &N) { J.value(int16_t(N.Kind)); });
  J.array("node_assigned", Of.Words.Nodes, [&](const NodeOutcome &N) { J.value(N.Assigned); });
  J.member("spills", Of.Counts.Spills.Number);
  J.member("reloads", Of.Counts.Reloads.Number);
  J.member("folded_spills", Of.Counts.FoldedSpills.Number);
  J.member("folded_reloads", Of.Counts.FoldedReloads.Number);
  J.member("copies", Of.Counts.Copies.Number);
  J.member("spill_cost", Of.Counts.SpillCost);
  J.member("copy_cost", Of.Counts.Copies.Cost);
}

template <typename WriterT> void writeParts(WriterT &J, const Parts &P) {
  J.array("node_fate", P.Fates, [&](unsigned Fate) { J.value(int16_t(Fate)); });
  J.array("part_node", P.Pieces, [&](const Part &Piece) { J.value(Piece.Node); });
  J.array("part_first", P.Pieces, [&](const Part &Piece) { J.value(Piece.Range.First); });
  J.array("part_last", P.Pieces, [&](const Part &Piece) { J.value(Piece.Range.Last); });
  J.array("part_place", P.Pieces, [&](const Part &Piece) { J.value(Piece.Place); });
  J.array("choice_operand", P.Choices, [&](const Choice &C) { J.value(C.Operand); });
  J.array("choice_place", P.Choices, [&](const Choice &C) { J.value(C.Place); });
}

template <typename WriterT> void writeMoves(WriterT &J, const Moves &M) {
  J.array("move_kind", M.Inserted, [&](const Move &Of) { J.value(int16_t(Of.Kind)); });
  J.array("move_inst", M.Inserted, [&](const Move &Of) { J.value(Of.Instruction); });
  J.array("move_block", M.Inserted, [&](const Move &Of) { J.value(Of.Block); });
  J.array("move_node", M.Inserted, [&](const Move &Of) { J.value(Of.Node); });
  J.array("move_from", M.Inserted, [&](const Move &Of) { J.value(Of.From); });
  J.array("move_to", M.Inserted, [&](const Move &Of) { J.value(Of.To); });
  J.array("move_value", M.Inserted, [&](const Move &Of) { J.value(Of.Value); });
  J.array("changed_inst", M.Changed, [&](const Change &C) { J.value(C.Instruction); });
  J.array("changed_flags", M.Changed, [&](const Change &C) { J.value(int16_t(C.Flags)); });
}

template <typename WriterT> void writeCosts(WriterT &J, const Costs &C) {
  J.member("spills_cost", C.Spills.Cost);
  J.member("reloads_cost", C.Reloads.Cost);
  J.member("folded_spills_cost", C.FoldedSpills.Cost);
  J.member("folded_reloads_cost", C.FoldedReloads.Cost);
  J.member("cheap_remats", C.CheapRemats.Number);
  J.member("cheap_remats_cost", C.CheapRemats.Cost);
  J.member("dear_remats", C.DearRemats.Number);
  J.member("dear_remats_cost", C.DearRemats.Cost);
  J.array("callee_saved_used", C.CalleeSaved, [&](MCPhysReg Reg) { J.value(Reg); });
  J.member("callee_saved_cost", C.CalleeSavedCost);
}

template <typename WriterT> void writeScore(WriterT &J, const Score &S) {
  const double Counts[] = {S.Copies, S.Loads, S.Stores, S.LoadStores, S.CheapRemats, S.DearRemats};
  J.array("score_counts", Counts, [&](double Count) { J.value(Count); });
  J.member("score", S.total());
}

} // namespace

template <typename WriterT> void writeAnswer(WriterT &J, const Answer &Of) {
  writeOutcome(J, Of);
  writeParts(J, Of.Places);
  writeMoves(J, Of.Edits);
  writeCosts(J, Of.Counts);
  writeScore(J, Of.Total);
}

template void writeAnswer(JsonWriter &J, const Answer &Of);
template void writeAnswer(ColumnWriter &J, const Answer &Of);

} // namespace mlra
