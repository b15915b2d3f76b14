//===- TrialText.cpp - What a search and the compiler say to each other --------===//
#include "decide/TrialText.h"

#include "LLVMCompat.h"
#include "decide/DecisionText.h"

#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"

#include <cmath>

using namespace llvm;

namespace mlra {

namespace {

constexpr char Wanted[] = R"(expected {"describe": true}, {"try": [...]} or {"choose": [...]})";

std::string parseList(const json::Value &List, TrialRequest &Result) {
  if (!List.getAsArray())
    return "expected a list of decisions";
  std::string Text;
  raw_string_ostream OS(Text);
  OS << List;
  return parseDecisionList(OS.str(), Result.Decisions);
}

std::string parseTry(const json::Object &Object, TrialRequest &Result) {
  Result.What = TrialRequest::Kind::Try;
  StringRef Until = "allocation";
  if (const json::Value *Named = Object.get("until"))
    Until = Named->getAsString().value_or("");
  if (Until != "allocation" && Until != "code")
    return R"("until" is "allocation" or "code")";
  Result.ToTheEnd = Until == "code";
  return parseList(*Object.get("try"), Result);
}

/// Writes one object on one line.
template <typename WriteT> std::string objectText(WriteT Write) {
  std::string Text;
  raw_string_ostream OS(Text);
  json::OStream J(OS);
  J.object([&] { Write(J); });
  return OS.str();
}

/// JSON has no infinity.
void number(json::OStream &J, double Value) {
  if (std::isfinite(Value))
    J.value(Value);
  else
    J.value(nullptr);
}

void describePlaces(json::OStream &J, const MachineFunction &MF, const Episode &E) {
  J.attributeArray("blocks", [&] {
    for (const MachineBasicBlock &MBB : MF)
      J.array([&] {
        J.value(MBB.getNumber());
        J.value(E.A.MBFI.getBlockFreqRelativeToEntryBlock(&MBB));
        J.value(static_cast<int64_t>(E.A.Loops.getLoopDepth(&MBB)));
      });
  });
  J.attributeArray("loops", [&] {
    for (const MachineLoop *Loop : E.A.Loops.getLoopsInPreorder())
      J.value(Loop->getHeader()->getNumber());
  });
}

void describePoints(json::OStream &J, const Node &N, const Carrier &Hands) {
  J.attributeArray("points", [&] {
    for (size_t Point = 0; Point < N.Uses.size(); ++Point)
      J.array([&] {
        J.value(N.Uses[Point].Instruction);
        J.value(static_cast<int64_t>(N.Uses[Point].Flags));
        J.value(Hands.refusalOfSplit(N.Reg, static_cast<unsigned>(Point)).empty());
      });
  });
}

void describeNode(json::OStream &J, const Episode &E, const Node &N, const Carrier &Hands) {
  const TargetRegisterInfo &TRI = *E.A.MF.getSubtarget().getRegisterInfo();
  J.attribute("vreg", static_cast<int64_t>(Register(N.Reg).virtRegIndex()));
  J.attribute("class", TRI.getRegClassName(E.A.MF.getRegInfo().getRegClass(N.Reg)));
  J.attributeBegin("weight");
  number(J, N.SpillWeight);
  J.attributeEnd();
  J.attribute("size", static_cast<int64_t>(N.Size));
  describePoints(J, N, Hands);
  J.attributeArray("loops", [&] {
    for (const MachineLoop *Loop : E.A.Loops.getLoopsInPreorder())
      if (int Header = Loop->getHeader()->getNumber(); Hands.refusalOfLoopSplit(N.Reg, Header).empty())
        J.value(Header);
  });
  J.attributeArray("hints", [&] {
    for (int Hint : N.Hints) {
      if (Hint > 0)
        J.value(TRI.getName(static_cast<unsigned>(Hint)));
      else
        J.value(static_cast<int64_t>(Register(E.Recorded.Nodes[-1 - Hint].Reg).virtRegIndex()));
    }
  });
  J.attributeArray("registers", [&] {
    for (MCPhysReg Place : Hands.order(N.Reg))
      if (Hands.isFree(N.Reg, Place))
        J.value(TRI.getName(Place));
  });
}

void count(json::OStream &J, StringRef Name, const Count &Of) {
  J.attribute(Name, static_cast<int64_t>(Of.Number));
  J.attribute((Name + "_cost").str(), Of.Cost);
}

/// Named as the columns of an episode.
void writeCosts(json::OStream &J, const Costs &C) {
  count(J, "spills", C.Spills);
  count(J, "reloads", C.Reloads);
  count(J, "folded_spills", C.FoldedSpills);
  count(J, "folded_reloads", C.FoldedReloads);
  count(J, "copies", C.Copies);
  count(J, "cheap_remats", C.CheapRemats);
  count(J, "dear_remats", C.DearRemats);
  J.attribute("spill_cost", C.SpillCost);
  J.attribute("callee_saved", static_cast<int64_t>(C.CalleeSaved.size()));
  J.attribute("callee_saved_cost", C.CalleeSavedCost);
}

void writeExecuted(json::OStream &J, const Executed &E) {
  J.attribute("instructions", E.Instructions);
  J.attribute("loads", E.Loads);
  J.attribute("stores", E.Stores);
}

void writeFinal(json::OStream &J, const FinalCode &Final) {
  J.attribute("size", static_cast<int64_t>(Final.Size));
  J.attributeObject("frozen", [&] { writeExecuted(J, Final.Frozen); });
  J.attributeObject("recomputed", [&] { writeExecuted(J, Final.Recomputed); });
  J.attribute("moved", Final.Moved);
}

} // namespace

std::string parseRequest(StringRef Line, TrialRequest &Result) {
  Expected<json::Value> Parsed = json::parse(Line);
  if (!Parsed)
    return toString(Parsed.takeError());
  const json::Object *Object = Parsed->getAsObject();
  if (!Object)
    return Wanted;
  if (Object->get("describe")) {
    Result.What = TrialRequest::Kind::Describe;
    return "";
  }
  if (Object->get("try"))
    return parseTry(*Object, Result);
  if (const json::Value *List = Object->get("choose"))
    return parseList(*List, Result);
  return Wanted;
}

std::string announcement(const Episode &E) {
  return objectText([&](json::OStream &J) {
    J.attribute("trial", 1);
    J.attribute("function", json::fixUTF8(E.A.MF.getName()));
    J.attribute("id", static_cast<int64_t>(E.FunctionID));
    J.attribute("nodes", static_cast<int64_t>(E.Recorded.Nodes.size()));
  });
}

std::string description(const Episode &E, const Carrier &Hands) {
  return objectText([&](json::OStream &J) {
    describePlaces(J, E.A.MF, E);
    J.attributeArray("nodes", [&] {
      for (const Node &N : E.Recorded.Nodes)
        J.object([&] { describeNode(J, E, N, Hands); });
    });
  });
}

std::string doneText(const Tally &Count, const Answer &Result, const FinalCode *Final) {
  return objectText([&](json::OStream &J) {
    J.attribute("status", "done");
    J.attribute("made", static_cast<int64_t>(Count.made()));
    J.attributeObject("illegal", [&] {
      for (const auto &[Reason, Times] : Count.Illegal)
        J.attribute(Reason, static_cast<int64_t>(Times));
    });
    J.attribute("kept", static_cast<int64_t>(Count.Kept));
    J.attribute("moved", static_cast<int64_t>(Count.Moved));
    J.attribute("lost", static_cast<int64_t>(Count.Lost));
    J.attribute("forced_away", static_cast<int64_t>(Count.ForcedAway));
    J.attributeObject("costs", [&] { writeCosts(J, Result.Counts); });
    J.attribute("score", Result.Total.total());
    J.attributeBegin("final");
    if (Final)
      J.object([&] { writeFinal(J, *Final); });
    else
      J.value(nullptr);
    J.attributeEnd();
  });
}

std::string problemText(StringRef Status, StringRef Reason) {
  return objectText([&](json::OStream &J) {
    J.attribute("status", Status);
    J.attribute("reason", json::fixUTF8(Reason));
  });
}

} // namespace mlra
