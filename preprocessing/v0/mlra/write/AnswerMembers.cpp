//===- AnswerMembers.cpp - Members of a record that tell the answer -------===//
#include "write/AnswerMembers.h"

#include "write/ColumnWriter.h"
#include "write/JsonWriter.h"

using namespace llvm;

namespace mlra {

namespace {

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

} // namespace

template <typename WriterT> void writeAnswer(WriterT &J, const Outcome &O) { writeOutcome(J, O); }

template void writeAnswer(JsonWriter &J, const Outcome &O);
template void writeAnswer(ColumnWriter &J, const Outcome &O);

} // namespace mlra
