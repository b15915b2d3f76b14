//===- Deciding.cpp - The decisions of a module, first to last ------------===//
#include "decide/Deciding.h"

#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/CommandLine.h"

using namespace llvm;

static cl::opt<std::string> ReportPath("mlra-report", cl::value_desc("file"),
                                       cl::desc("Write what became of the decisions, one JSON object a function"));
static cl::opt<bool> TellsBefore("mlra-report-before", cl::init(true),
                                 cl::desc("In the report, what greedy alone makes of each function (default true)"));

namespace mlra {

void Deciding::begin(Module &M) {
  Who = chosenDecider();
  if (!Who)
    return;
  if (std::string Problem = Who->begin(M); !Problem.empty()) {
    M.getContext().emitError("mlra: " + Problem);
    Who.reset();
    return;
  }
  if (!ReportPath.empty())
    Report = std::make_unique<ReportFile>(ReportPath);
}

std::unique_ptr<Carrier> Deciding::decide(MachineFunctionPass &Allocator, const Episode &E) {
  E.Count.Decider = Who->name().str();
  if (Report && TellsBefore)
    Before = std::make_unique<GreedyAlone>(E.A.MF.getFunction().getContext());
  if (Before && Before->isCopy())
    return nullptr;
  auto Hands = std::make_unique<Carrier>(Allocator, E.A, E.Count);
  Who->decide(E, *Hands);
  Hands->endEdits();
  return Hands;
}

bool Deciding::allocated(const Episode &E, const Answer &Result) {
  if (Before && Before->isCopy())
    Before->tell(Result);
  Who->allocated(E, Result);
  if (!Who->records())
    return false;
  if (!E.Count.Failure.empty() && Who->tellsFailures())
    warn(E.A.MF, "left to greedy: " + E.Count.Failure);
  if (!Who->expectsRefusals())
    warnOfRefusals(E.A.MF, E.Count);
  if (Report)
    writeReport(E, Result);
  return true;
}

void Deciding::writeReport(const Episode &E, const Answer &Result) {
  LastWords Words;
  if (Before)
    Words = Before->hear();
  Report->write(E, Result, Before ? &Words : nullptr);
  Before.reset();
}

void Deciding::end(Module &M) {
  if (!Who)
    return;
  for (const std::string &Text : Who->end())
    warn(M, Text);
  if (Report)
    if (std::string Problem = Report->finish(Who->unused()); !Problem.empty())
      M.getContext().emitError("mlra: " + Problem);
  Report.reset();
  Who.reset();
}

} // namespace mlra
