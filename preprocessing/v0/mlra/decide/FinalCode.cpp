//===- FinalCode.cpp - What will be executed of the code that is printed -------===//
#include "decide/FinalCode.h"

#include "llvm/CodeGen/MachineBlockFrequencyInfo.h"
#include "llvm/CodeGen/MachineBranchProbabilityInfo.h"
#include "llvm/CodeGen/MachineDominators.h"
#include "llvm/CodeGen/MachineFunctionPass.h"
#include "llvm/CodeGen/MachineLoopInfo.h"
#include "llvm/IR/LegacyPassManagers.h"

#include <cmath>

using namespace llvm;

namespace mlra {

namespace {

Executed onceEach(const MachineBasicBlock &MBB, unsigned &Size) {
  Executed E;
  for (const MachineInstr &MI : MBB.instrs()) {
    if (MI.isBundle() || MI.isMetaInstruction()) // debug values and labels of the frame are such, too
      continue;
    ++Size;
    E.Instructions += 1;
    E.Loads += MI.mayLoad();
    E.Stores += MI.mayStore();
  }
  return E;
}

void add(Executed &To, const Executed &Once, double Frequency) {
  To.Instructions += Frequency * Once.Instructions;
  To.Loads += Frequency * Once.Loads;
  To.Stores += Frequency * Once.Stores;
}

class BeforePrinter final : public MachineFunctionPass {
public:
  static char ID;
  explicit BeforePrinter(std::function<void(MachineFunction &)> Do) : MachineFunctionPass(ID), Do(std::move(Do)) {}

  StringRef getPassName() const override { return "Count of the Final Code"; }

  void getAnalysisUsage(AnalysisUsage &AU) const override {
    AU.setPreservesAll();
    MachineFunctionPass::getAnalysisUsage(AU);
  }

  bool runOnMachineFunction(MachineFunction &MF) override {
    Do(MF);
    return false;
  }

private:
  std::function<void(MachineFunction &)> Do;
};

char BeforePrinter::ID = 0;

/// A derived class may name the manager's list of passes, to which LLVM itself only ever appends.
struct PassList : PMDataManager {
  static SmallVectorImpl<Pass *> &of(PMDataManager &Manager) { return Manager.*(&PassList::PassVector); }
};

} // namespace

FinalCode countFinalCode(MachineFunction &MF, const FrozenFrequencies &Frozen) {
  MachineDominatorTree Dominators(MF);
  MachineLoopInfo Loops(Dominators);
  MachineBranchProbabilityInfo Probabilities;
  MachineBlockFrequencyInfo Now(MF, Probabilities, Loops);
  std::vector<double> Before = Frozen.of(MF, Now, Probabilities);
  FinalCode Result;
  double Difference = 0, Most = 0;
  for (const MachineBasicBlock &MBB : MF) {
    Executed Once = onceEach(MBB, Result.Size);
    double Recomputed = Now.getBlockFreqRelativeToEntryBlock(&MBB), Kept = Before[MBB.getNumber()];
    add(Result.Frozen, Once, Kept);
    add(Result.Recomputed, Once, Recomputed);
    Difference += std::abs(Recomputed - Kept) * Once.Instructions;
    if (Kept * Once.Instructions > Most) {
      Most = Kept * Once.Instructions;
      Result.Hottest = MBB.getNumber();
    }
  }
  Result.Moved = Result.Frozen.Instructions > 0 ? Difference / Result.Frozen.Instructions : 0;
  return Result;
}

void callBeforePrinter(Pass &Allocator, std::function<void(MachineFunction &)> Do) {
  PMDataManager &Manager = Allocator.getResolver()->getPMDataManager();
  SmallVectorImpl<Pass *> &Passes = PassList::of(Manager);
  auto At = llvm::find_if(Passes, [](Pass *P) {
    return P->getPassName().contains("Assembly Printer") || P->getPassName() == "Free MachineFunction";
  });
  auto *Counter = new BeforePrinter(std::move(Do));
  Counter->setResolver(new AnalysisResolver(Manager));
  Passes.insert(At, Counter);
}

} // namespace mlra
