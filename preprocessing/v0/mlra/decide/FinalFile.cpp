//===- FinalFile.cpp - The final code of every function (-mlra-final) -----------===//
#include "decide/FinalFile.h"

#include "decide/Decider.h"
#include "decide/FinalCode.h"
#include "decide/ReportedFigures.h"
#include "record/GivenRegister.h"
#include "text/FunctionNames.h"
#include "write/TextFile.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/CodeGen/MachineFrameInfo.h"
#include "llvm/Support/CommandLine.h"

using namespace llvm;
using mlra::useAsDefault;

static cl::opt<std::string> FinalPath("mlra-final", cl::value_desc("file"),
                                      cl::desc("Write costs and final code of each function, whoever allocates it"),
                                      cl::callback([](const std::string &) { useAsDefault(true); }));

namespace mlra {

namespace {

/// What costs and fates are counted from. Registers that have theirs already are no nodes.
Problem beforeAllocation(const Analyses &A) {
  const MachineRegisterInfo &MRI = A.MF.getRegInfo();
  Problem Before;
  Before.Given = givenRegisters(MRI, A.VRM);
  Before.FirstSlot = A.MF.getFrameInfo().getObjectIndexEnd();
  for (unsigned I = 0; I < MRI.getNumVirtRegs(); ++I)
    if (Register Reg = Register::index2VirtReg(I); !MRI.reg_nodbg_empty(Reg) && !isGiven(Reg, A.VRM)) {
      Node N{};
      N.Reg = Reg;
      N.Size = A.LIS.getInterval(Reg).getSize();
      Before.Nodes.push_back(std::move(N));
    }
  return Before;
}

size_t countOf(const Outcome &Fates, Fate Kind) {
  return llvm::count_if(Fates.Nodes, [&](const NodeOutcome &Of) { return Of.Kind == Kind; });
}

} // namespace

bool FinalFile::isWanted() { return !FinalPath.empty(); }

std::unique_ptr<FinalFile> FinalFile::wanted(Pass &Allocator) {
  if (!isWanted())
    return nullptr;
  auto Result = std::make_unique<FinalFile>();
  callBeforePrinter(Allocator, [Final = Result.get()](MachineFunction &MF) { Final->printed(MF); });
  return Result;
}

void FinalFile::enter(const Analyses &A, const std::string &ContentHash) {
  Before = beforeAllocation(A);
  Frozen.freeze(A.MF, A.MBFI);
  ++Entered;
  Hash = ContentHash;
}

void FinalFile::allocated(const Analyses &A) {
  Counts = collectCosts(A, Before, Moves());
  Total = computeScore(A).total();
  Fates = collectOutcome(A, Before);
}

void FinalFile::printed(MachineFunction &MF) {
  FinalCode Final = countFinalCode(MF, Frozen);
  J.beginObject();
  J.member("function", recordedName(MF.getName()));
  J.member("function_id", Entered);
  J.member("content_hash", Hash);
  J.member("nodes", Fates.Nodes.size());
  J.member("nodes_split", countOf(Fates, Fate::Split));
  J.member("nodes_spilled", countOf(Fates, Fate::Spilled));
  writeAllocationCosts(J, Counts);
  J.member("score", Total);
  J.member("hottest_block", Final.Hottest);
  writeFinal(J, &Final);
  J.endObject();
  J.newLine();
  ++Printed;
}

std::string FinalFile::finish() {
  J.beginObject();
  J.member("functions", Printed);
  J.endObject();
  J.newLine();
  return writeTextFile(FinalPath, J.text());
}

} // namespace mlra
