//===- ReportedFigures.cpp - What reports and trials tell alike, as JSON --===//
#include "decide/ReportedFigures.h"

namespace mlra {

namespace {

void writeAccesses(JsonWriter &J, const Costs &C) {
  J.member("spills", C.Spills.Number);
  J.member("spills_cost", C.Spills.Cost);
  J.member("reloads", C.Reloads.Number);
  J.member("reloads_cost", C.Reloads.Cost);
  J.member("folded_spills", C.FoldedSpills.Number);
  J.member("folded_spills_cost", C.FoldedSpills.Cost);
  J.member("folded_reloads", C.FoldedReloads.Number);
  J.member("folded_reloads_cost", C.FoldedReloads.Cost);
  J.member("copies", C.Copies.Number);
  J.member("copies_cost", C.Copies.Cost);
}

void writeSums(JsonWriter &J, const Costs &C) {
  J.member("spill_cost", C.SpillCost);
  J.member("callee_saved", C.CalleeSaved.size());
  J.member("callee_saved_cost", C.CalleeSavedCost);
}

void writeExecuted(JsonWriter &J, const char *Measure, const Executed &E) {
  J.key(Measure);
  J.beginObject();
  J.member("instructions", E.Instructions);
  J.member("loads", E.Loads);
  J.member("stores", E.Stores);
  J.endObject();
}

} // namespace

void writeCostMembers(JsonWriter &J, const Answer &Of) {
  const Costs &C = Of.Counts;
  J.key("costs");
  J.beginObject();
  writeAccesses(J, C);
  J.member("cheap_remats", C.CheapRemats.Number);
  J.member("cheap_remats_cost", C.CheapRemats.Cost);
  J.member("dear_remats", C.DearRemats.Number);
  J.member("dear_remats_cost", C.DearRemats.Cost);
  writeSums(J, C);
  J.endObject();
  J.member("score", Of.Total.total());
}

void writeAllocationCosts(JsonWriter &J, const Costs &C) {
  J.key("costs");
  J.beginObject();
  writeAccesses(J, C);
  writeSums(J, C);
  J.endObject();
}

void writeFinal(JsonWriter &J, const FinalCode *Final) {
  J.key("final");
  if (!Final)
    return J.valueOfJson("null");
  J.beginObject();
  J.member("size", Final->Size);
  writeExecuted(J, "frozen", Final->Frozen);
  writeExecuted(J, "recomputed", Final->Recomputed);
  J.member("moved", Final->Moved);
  J.endObject();
}

void writeCounts(JsonWriter &J, const char *Name, const std::map<std::string, unsigned> &Counts) {
  J.key(Name);
  J.beginObject();
  for (const auto &[Key, Number] : Counts)
    J.member(Key.c_str(), Number);
  J.endObject();
}

} // namespace mlra
