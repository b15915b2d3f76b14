//===- CandidateCopy.cpp - A copy of the compiler that tries a candidate --===//
#include "decide/CandidateCopy.h"

#include "decide/Trial.h"

#include "llvm/IR/LLVMContext.h"

using namespace llvm;

namespace mlra {

std::optional<std::string> CandidateCopy::fork(const Episode &E, Carrier &Hands, TryUntil Until) {
  auto Fork = std::make_unique<ForkedCompiler>(trialLimits(), E.A.MF.getFunction().getContext());
  if (!Fork->isCopy()) {
    LastWords Words = Fork->hearOut();
    return Words.Problem.empty() ? Words.Said : problemText("failed", Words.Problem);
  }
  Copy = std::move(Fork);
  GoesOn = Until == TryUntil::Code;
  if (GoesOn) {
    Frozen.freeze(E.A.MF, E.A.MBFI);
    callBeforePrinter(Hands.allocator(), [this](MachineFunction &MF) { endWithFinal(MF); });
  }
  return std::nullopt;
}

void CandidateCopy::allocated(const Episode &E, const Answer &Result) {
  if (!Copy)
    return;
  Allocated = std::make_unique<TriedAllocation>(TriedAllocation{E.Count, Result, savedRegisters(E, Result)});
  if (!GoesOn)
    Copy->end(doneText(*Allocated, nullptr));
}

void CandidateCopy::endWithFinal(MachineFunction &MF) {
  if (!Allocated)
    Copy->end(problemText("failed", "the allocator did not run"));
  FinalCode Final = countFinalCode(MF, Frozen);
  Copy->end(doneText(*Allocated, &Final));
}

void CandidateCopy::endWithoutFinal() {
  if (Copy)
    Copy->end(Allocated ? doneText(*Allocated, nullptr)
                        : problemText("failed", "the allocator did not run"));
}

} // namespace mlra
