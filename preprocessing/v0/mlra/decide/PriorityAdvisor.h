//===- PriorityAdvisor.h - In which order greedy works --------------------===//
#ifndef MLRA_DECIDE_PRIORITYADVISOR_H
#define MLRA_DECIDE_PRIORITYADVISOR_H

#include "LLVMCompat.h"
#include "decide/Sway.h"

#if LLVM_VERSION_MAJOR >= 20
#include "llvm/CodeGen/RegAllocPriorityAdvisor.h"
#else
#include "decide/AdvisorsOfLLVM19.h"
#endif

namespace mlra {

/// LLVM's advisor, but for the registers that are wished first or last. Greedy asks it for each register that enters
/// its queue, behind its own computation of weights and hints: the place where these can be changed.
class PriorityAdvisor final : public llvm::RegAllocPriorityAdvisor {
public:
  PriorityAdvisor(const llvm::MachineFunction &MF, const llvm::RAGreedy &RA, llvm::SlotIndexes &Indexes,
                  std::unique_ptr<llvm::RegAllocPriorityAdvisor> Stock, const Sway &Wishes)
      : RegAllocPriorityAdvisor(MF, RA, &Indexes), Stock(std::move(Stock)), Wishes(Wishes) {}

  unsigned getPriority(const llvm::LiveInterval &LI) const override;

private:
  void change(const llvm::LiveInterval &LI) const;

  std::unique_ptr<llvm::RegAllocPriorityAdvisor> Stock;
  const Sway &Wishes;
  mutable llvm::SmallSet<llvm::Register, 16> Changed; ///< once is enough: greedy asks again when it evicts
};

} // namespace mlra

#endif
