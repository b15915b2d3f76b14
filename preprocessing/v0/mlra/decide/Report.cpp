//===- Report.cpp - What became of decisions, for people and programs -----===//
#include "decide/Report.h"

#include "decide/ReportedFigures.h"

#include "llvm/IR/DiagnosticInfo.h"
#include "llvm/IR/DiagnosticPrinter.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"

using namespace llvm;

namespace mlra {

namespace {

/// LLVM 19 has no diagnostic for any text; this is how a plugin makes one of its own.
class Warning final : public DiagnosticInfo {
public:
  explicit Warning(const Twine &Text) : DiagnosticInfo(kind(), DS_Warning), Text(Text.str()) {}
  void print(DiagnosticPrinter &Printer) const override { Printer << Text; }

private:
  static int kind() {
    static const int Kind = getNextAvailablePluginDiagnosticKind();
    return Kind;
  }
  std::string Text;
};

void writeProposed(JsonWriter &J, const Proposed &P) {
  J.member("proposals", P.Number);
  J.member("proposal", P.Chosen);
  J.member("predicted", P.Predicted);
  if (P.Gain)
    J.member("gain", *P.Gain);
}

void writeBefore(JsonWriter &J, const LastWords &Before) {
  J.key("before");
  if (Before.Problem.empty())
    J.valueOfJson(Before.Said);
  else
    J.valueOfJson("null"), J.member("before_failure", Before.Problem);
}

} // namespace

ReportFile::ReportFile(StringRef Path) : Path(Path), OS(Path, OpenError) {}

void ReportFile::write(const Episode &E, const Answer &Result, const LastWords *Before) {
  const Tally &T = E.Count;
  ++Functions;
  JsonWriter J;
  J.beginObject();
  J.member("function", E.A.MF.getName());
  J.member("function_id", E.FunctionID);
  J.member("decider", T.Decider);
  if (!T.Failure.empty())
    J.member("failure", T.Failure);
  writeCounts(J, "made", T.Made);
  writeCounts(J, "illegal", T.Illegal);
  J.member("kept", T.Kept);
  J.member("moved", T.Moved);
  J.member("lost", T.Lost);
  J.member("forced_away", T.ForcedAway);
  J.member("restored", T.Restored);
  writeCostMembers(J, Result);
  if (T.Proposed)
    writeProposed(J, *T.Proposed);
  if (Before)
    writeBefore(J, *Before);
  J.endObject();
  J.newLine();
  if (!OpenError)
    OS << J.text();
}

std::string ReportFile::finish(ArrayRef<std::string> Unused) {
  JsonWriter J;
  J.beginObject();
  J.member("functions", Functions);
  J.array("unused", Unused, [&](const std::string &Name) { J.value(Name); });
  J.endObject();
  J.newLine();
  if (OpenError)
    return "cannot write " + Path + ": " + OpenError.message();
  OS << J.text();
  OS.close();
  std::error_code Error = OS.error();
  OS.clear_error();
  return Error ? "cannot write " + Path + ": " + Error.message() : "";
}

void warn(const Module &M, const Twine &Text) { M.getContext().diagnose(Warning("mlra: " + Text)); }

void warn(const MachineFunction &MF, const Twine &Text) {
  warn(*MF.getFunction().getParent(), MF.getName() + ": " + Text);
}

void warnOfRefusals(const MachineFunction &MF, const Tally &Count) {
  if (Count.Illegal.empty())
    return;
  std::string Reasons;
  for (const auto &[Reason, Number] : Count.Illegal)
    Reasons += (Reasons.empty() ? "" : "; ") + Reason + " (" + std::to_string(Number) + ")";
  warn(MF, std::to_string(Count.illegal()) + " of " + std::to_string(Count.illegal() + Count.made()) +
               " decisions were not carried out: " + Reasons);
}

} // namespace mlra
