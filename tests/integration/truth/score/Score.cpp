//===- Score.cpp - LLVM's own score of an allocation, printed -------------------===//
//
// A pass for `llc -run-pass=print-regalloc-score` on machine IR from behind the rewriter. It asks LLVM's
// calculateRegAllocScore, which is in libLLVM without a header, and prints a line for each function:
// the name, the score, then its six sums.
//
//===----------------------------------------------------------------------===//
#include "llvm/CodeGen/MachineBlockFrequencyInfo.h"
#include "llvm/CodeGen/MachineFunctionPass.h"
#include "llvm/PassInfo.h"
#include "llvm/PassRegistry.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace llvm {

// As lib/CodeGen/RegAllocScore.h has it in LLVM 19 and 22.
class RegAllocScore final {
public:
  double Copies = 0;
  double Loads = 0;
  double Stores = 0;
  double CheapRemats = 0;
  double LoadStores = 0;
  double ExpensiveRemats = 0;
  double getScore() const;
};

RegAllocScore calculateRegAllocScore(const MachineFunction &MF, const MachineBlockFrequencyInfo &MBFI);

} // namespace llvm

namespace {

class PrintScore : public MachineFunctionPass {
public:
  static char ID;
  PrintScore() : MachineFunctionPass(ID) {}

  void getAnalysisUsage(AnalysisUsage &AU) const override {
    AU.addRequired<MachineBlockFrequencyInfoWrapperPass>();
    AU.setPreservesAll();
    MachineFunctionPass::getAnalysisUsage(AU);
  }

  bool runOnMachineFunction(MachineFunction &MF) override {
    RegAllocScore S =
        calculateRegAllocScore(MF, getAnalysis<MachineBlockFrequencyInfoWrapperPass>().getMBFI());
    errs() << MF.getName();
    for (double Sum :
         {S.getScore(), S.Copies, S.Loads, S.Stores, S.LoadStores, S.CheapRemats, S.ExpensiveRemats})
      errs() << '\t' << format("%.17g", Sum);
    errs() << '\n';
    return false;
  }
};

char PrintScore::ID = 0;

Pass *create() { return new PrintScore; }

struct Registration {
  Registration() {
    PassRegistry::getPassRegistry()->registerPass(
        *new PassInfo("LLVM's score of an allocation", "print-regalloc-score", &PrintScore::ID, create, false, true),
        true);
  }
} Registered;

} // namespace
