//===- ReportedFigures.cpp - What reports and trials tell alike, as JSON --===//
#include "decide/ReportedFigures.h"

namespace mlra {

void writeCostMembers(JsonWriter &J, const Answer &Of) {
  const Costs &C = Of.Counts;
  J.key("costs");
  J.beginObject();
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
  J.member("cheap_remats", C.CheapRemats.Number);
  J.member("cheap_remats_cost", C.CheapRemats.Cost);
  J.member("dear_remats", C.DearRemats.Number);
  J.member("dear_remats_cost", C.DearRemats.Cost);
  J.member("spill_cost", C.SpillCost);
  J.member("callee_saved", C.CalleeSaved.size());
  J.member("callee_saved_cost", C.CalleeSavedCost);
  J.endObject();
  J.member("score", Of.Total.total());
}

void writeCounts(JsonWriter &J, const char *Name, const std::map<std::string, unsigned> &Counts) {
  J.key(Name);
  J.beginObject();
  for (const auto &[Key, Number] : Counts)
    J.member(Key.c_str(), Number);
  J.endObject();
}

} // namespace mlra
