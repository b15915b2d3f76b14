//===- TrialText.cpp - What a search and the compiler say to each other --------===//
#include "decide/TrialText.h"

#include "LLVMCompat.h"
#include "decide/DecisionText.h"
#include "decide/ReportedFigures.h"

#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"

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
  JsonWriter J;
  J.beginObject();
  Write(J);
  J.endObject();
  return J.text();
}

void describePlaces(JsonWriter &J, const Episode &E, const BlockOrder &Blocks) {
  J.array("blocks", E.A.MF, [&](const MachineBasicBlock &MBB) {
    J.beginArray();
    J.value(Blocks.indexOf(MBB));
    J.value(E.A.MBFI.getBlockFreqRelativeToEntryBlock(&MBB));
    J.value(E.A.Loops.getLoopDepth(&MBB));
    J.endArray();
  });
  J.array("loops", E.A.Loops.getLoopsInPreorder(),
          [&](const MachineLoop *Loop) { J.value(Blocks.indexOf(*Loop->getHeader())); });
}

void describePoints(JsonWriter &J, const Node &N, const Carrier &Hands) {
  unsigned Point = 0;
  J.array("points", N.Uses, [&](const UsePoint &Use) {
    J.beginArray();
    J.value(Use.Instruction);
    J.value(Use.Flags);
    J.value(Hands.refusalOfSplit(N.Reg, Point++).empty());
    J.endArray();
  });
}

std::vector<unsigned> splittableLoops(const Episode &E, const Node &N, const Carrier &Hands) {
  std::vector<unsigned> Headers;
  for (const MachineLoop *Loop : E.A.Loops.getLoopsInPreorder())
    if (unsigned Header = Hands.blocks().indexOf(*Loop->getHeader()); Hands.refusalOfLoopSplit(N.Reg, Header).empty())
      Headers.push_back(Header);
  return Headers;
}

void describeNode(JsonWriter &J, const Episode &E, const Node &N, const Carrier &Hands) {
  const TargetRegisterInfo &TRI = *E.A.MF.getSubtarget().getRegisterInfo();
  J.beginObject();
  J.member("vreg", Register(N.Reg).virtRegIndex());
  J.member("class", TRI.getRegClassName(E.A.MF.getRegInfo().getRegClass(N.Reg)));
  J.member("weight", N.SpillWeight); // null for one that cannot be spilled
  J.member("size", N.Size);
  describePoints(J, N, Hands);
  J.array("loops", splittableLoops(E, N, Hands), [&](unsigned Header) { J.value(Header); });
  J.array("hints", N.Hints, [&](int Hint) {
    if (Hint > 0)
      J.value(TRI.getName(static_cast<unsigned>(Hint)));
    else
      J.value(Register(E.Recorded.Nodes[-1 - Hint].Reg).virtRegIndex());
  });
  auto IsFree = [&](MCPhysReg Place) { return Hands.isFree(N.Reg, Place); };
  J.array("registers", make_filter_range(Hands.order(N.Reg), IsFree),
          [&](MCPhysReg Place) { J.value(TRI.getName(Place)); });
  J.endObject();
}

void writeSaved(JsonWriter &J, ArrayRef<SavedRegister> Saved) {
  J.key("saved");
  J.beginObject();
  for (const auto &[Name, Nodes] : Saved)
    J.array(Name, Nodes, [&](unsigned Node) { J.value(Node); });
  J.endObject();
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
  return objectText([&](JsonWriter &J) {
    J.member("trial", 1);
    J.member("function", E.A.MF.getName());
    J.member("id", E.FunctionID);
    J.member("nodes", E.Recorded.Nodes.size());
  });
}

std::string description(const Episode &E, const Carrier &Hands) {
  return objectText([&](JsonWriter &J) {
    describePlaces(J, E, Hands.blocks());
    J.array("nodes", E.Recorded.Nodes, [&](const Node &N) { describeNode(J, E, N, Hands); });
  });
}

std::string doneText(const TriedAllocation &Tried, const FinalCode *Final) {
  const Tally &Count = Tried.Count;
  return objectText([&](JsonWriter &J) {
    J.member("status", "done");
    J.member("made", Count.made());
    writeCounts(J, "illegal", Count.Illegal);
    J.member("kept", Count.Kept);
    J.member("moved", Count.Moved);
    J.member("lost", Count.Lost);
    J.member("forced_away", Count.ForcedAway);
    writeCostMembers(J, Tried.Result);
    writeSaved(J, Tried.Saved);
    writeFinal(J, Final);
  });
}

std::string problemText(StringRef Status, StringRef Reason) {
  return objectText([&](JsonWriter &J) {
    J.member("status", Status);
    J.member("reason", Reason);
  });
}

std::string parseFigures(StringRef Done, TrialFigures &Result) {
  Expected<json::Value> Parsed = json::parse(Done);
  if (!Parsed)
    return toString(Parsed.takeError());
  const json::Object *Object = Parsed->getAsObject();
  if (!Object || Object->getString("status") != "done")
    return Object ? Object->getString("reason").value_or("").str() : "no answer";
  const json::Object *Costs = Object->getObject("costs"), *Final = Object->getObject("final");
  const json::Object *Frozen = Final ? Final->getObject("frozen") : nullptr;
  if (!Costs || !Frozen)
    return "the function is not printed";
  for (const char *Kind : {"instructions", "loads", "stores"})
    Result.Final += Frozen->getNumber(Kind).value_or(0);
  Result.Instructions = Frozen->getNumber("instructions").value_or(0);
  double Stores = Costs->getNumber("callee_saved").value_or(0);
  double Loads = Costs->getNumber("callee_saved_cost").value_or(0) - Stores;
  Result.Score = Object->getNumber("score").value_or(0) + Stores + 4 * Loads;
  return "";
}

} // namespace mlra
