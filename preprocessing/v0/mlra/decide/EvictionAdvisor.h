//===- EvictionAdvisor.h - What greedy may evict --------------------------===//
#ifndef MLRA_DECIDE_EVICTIONADVISOR_H
#define MLRA_DECIDE_EVICTIONADVISOR_H

#include "LLVMCompat.h"
#include "decide/Sway.h"

#if LLVM_VERSION_MAJOR >= 20
#include "llvm/CodeGen/RegAllocEvictionAdvisor.h"
#else
#include "decide/AdvisorsOfLLVM19.h"
#endif

namespace mlra {

/// LLVM's advisor, to which fixed registers are such that it may not evict; unless nothing else makes room for a
/// register that cannot be spilled: to refuse then would end the compilation for want of registers.
class EvictionAdvisor final : public llvm::RegAllocEvictionAdvisor {
public:
  EvictionAdvisor(const llvm::MachineFunction &MF, const llvm::RAGreedy &RA,
                  std::unique_ptr<llvm::RegAllocEvictionAdvisor> Stock, Sway &Wishes)
      : RegAllocEvictionAdvisor(MF, RA), Stock(std::move(Stock)), Wishes(Wishes) {}

  llvm::MCRegister tryFindEvictionCandidate(const llvm::LiveInterval &LI, const llvm::AllocationOrder &Order,
                                            uint8_t CostLimit, const llvm::SmallVirtRegSet &Fixed) const override;
  bool canEvictHintInterference(const llvm::LiveInterval &LI, llvm::MCRegister Hint,
                                const llvm::SmallVirtRegSet &Fixed) const override;

private:
  const llvm::SmallVirtRegSet &with(const llvm::SmallVirtRegSet &Fixed) const;

  std::unique_ptr<llvm::RegAllocEvictionAdvisor> Stock;
  Sway &Wishes;
  mutable llvm::SmallVirtRegSet Both;
};

} // namespace mlra

#endif
