//===- ScoreCheck.cpp - The recorded score against LLVM's own ------------------===//
#include "record/ScoreCheck.h"

#include "LLVMCompat.h"

#include "llvm/CodeGen/MachineFunctionPass.h"
#include "llvm/CodeGen/Passes.h"
#include "llvm/CodeGen/TargetPassConfig.h"
#include "llvm/IR/LLVMContext.h"

using namespace llvm;

/// Of the library, but of no header that is installed; the same in both releases. A compiler that does not export them has
/// nothing to compare with: they are weak.
namespace llvm {
class RegAllocScore final {
public:
  double CopyCounts = 0;
  double LoadCounts = 0;
  double StoreCounts = 0;
  double CheapRematCounts = 0;
  double LoadStoreCounts = 0;
  double ExpensiveRematCounts = 0;

  __attribute__((weak)) double getScore() const;
};

__attribute__((weak)) RegAllocScore calculateRegAllocScore(const MachineFunction &MF,
                                                           const MachineBlockFrequencyInfo &MBFI);
} // namespace llvm

namespace mlra {

namespace {

std::string text(double Number) {
  char Digits[32];
  snprintf(Digits, sizeof(Digits), "%.17g", Number);
  return Digits;
}

class ScoreCheck : public MachineFunctionPass {
public:
  static char ID;
  explicit ScoreCheck(ScoreToCheck Recorded) : MachineFunctionPass(ID), Recorded(std::move(Recorded)) {}

  StringRef getPassName() const override { return "Register Allocation Score Check"; }

  void getAnalysisUsage(AnalysisUsage &AU) const override {
    AU.addRequired<MachineBlockFrequencyInfoWrapperPass>();
    AU.setPreservesAll();
    MachineFunctionPass::getAnalysisUsage(AU);
  }

  bool runOnMachineFunction(MachineFunction &MF) override {
    if (!*Recorded)
      return false;
    RegAllocScore Expected = calculateRegAllocScore(MF, compat::blockFrequency(*this));
    const Score &S = **Recorded;
    compare(MF, "copies", S.Copies, Expected.CopyCounts);
    compare(MF, "loads", S.Loads, Expected.LoadCounts);
    compare(MF, "stores", S.Stores, Expected.StoreCounts);
    compare(MF, "loads with a store", S.LoadStores, Expected.LoadStoreCounts);
    compare(MF, "cheap rematerialisable instructions", S.CheapRemats, Expected.CheapRematCounts);
    compare(MF, "expensive rematerialisable instructions", S.DearRemats, Expected.ExpensiveRematCounts);
    compare(MF, "total", S.total(), Expected.getScore());
    Recorded->reset();
    return false;
  }

private:
  static void compare(const MachineFunction &MF, const char *What, double Is, double Expected) {
    if (Is != Expected)
      MF.getFunction().getContext().emitError("mlra: " + MF.getName() + ": verify: score, " + What + ": " + text(Is) +
                                              ", LLVM has " + text(Expected));
  }

  ScoreToCheck Recorded;
};

char ScoreCheck::ID = 0;

} // namespace

void checkScoreBehindRewriter(TargetPassConfig &Config, ScoreToCheck Recorded) {
  if (&calculateRegAllocScore)
    Config.insertPass(&VirtRegRewriterID, new ScoreCheck(std::move(Recorded)));
}

} // namespace mlra
