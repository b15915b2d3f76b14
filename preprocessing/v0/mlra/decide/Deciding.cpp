//===- Deciding.cpp - The decisions of a module, first to last ------------===//
#include "decide/Deciding.h"

#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/CommandLine.h"

using namespace llvm;

static cl::opt<std::string> ReportPath("mlra-report", cl::value_desc("file"),
                                       cl::desc("Write what became of the decisions, one JSON object a function"));

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
  auto Hands = std::make_unique<Carrier>(Allocator, E.A, E.Count);
  Who->decide(E, *Hands);
  Hands->endEdits();
  return Hands;
}

bool Deciding::allocated(const Episode &E, const Answer &Result) {
  Who->allocated(E, Result);
  if (!Who->records())
    return false;
  if (!E.Count.Failure.empty())
    warn(E.A.MF, "left to greedy: " + E.Count.Failure);
  if (!Who->expectsRefusals())
    warnOfRefusals(E.A.MF, E.Count);
  if (Report)
    Report->write(E, Result);
  return true;
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
