//===- TracingAdvisors.h - LLVM's default advisors, written down ----------===//
#ifndef MLRA_ADVISE_TRACINGADVISORS_H
#define MLRA_ADVISE_TRACINGADVISORS_H

#include "advise/FunctionTrace.h"
#include "decide/Advisors.h"

namespace mlra {

/// Decides what to evict. `Probe` is LLVM's learned advisor, which is asked for its features alone.
class TracingEvictionAdvisor final : public llvm::RegAllocEvictionAdvisor {
public:
  TracingEvictionAdvisor(const llvm::MachineFunction &MF, const llvm::RAGreedy &RA,
                         std::unique_ptr<llvm::RegAllocEvictionAdvisor> Probe, FunctionTrace &Trace)
      : RegAllocEvictionAdvisor(MF, RA), Probe(std::move(Probe)), Default(MF, RA), Trace(Trace) {}

  llvm::MCRegister tryFindEvictionCandidate(const llvm::LiveInterval &LI, const llvm::AllocationOrder &Order,
                                            uint8_t CostLimit, const llvm::SmallVirtRegSet &Fixed) const override;
  bool canEvictHintInterference(const llvm::LiveInterval &LI, llvm::MCRegister Hint,
                                const llvm::SmallVirtRegSet &Fixed) const override;

private:
  const llvm::RegAllocEvictionAdvisor &stock() const { return Default; }

  std::unique_ptr<llvm::RegAllocEvictionAdvisor> Probe;
  llvm::DefaultEvictionAdvisor Default;
  FunctionTrace &Trace;
};

/// Decides who comes next, likewise.
class TracingPriorityAdvisor final : public llvm::RegAllocPriorityAdvisor {
public:
  TracingPriorityAdvisor(const llvm::MachineFunction &MF, const llvm::RAGreedy &RA, llvm::SlotIndexes &Indexes,
                         std::unique_ptr<llvm::RegAllocPriorityAdvisor> Probe, FunctionTrace &Trace)
      : RegAllocPriorityAdvisor(MF, RA, &Indexes), Probe(std::move(Probe)), Default(MF, RA, &Indexes), Trace(Trace) {}

  unsigned getPriority(const llvm::LiveInterval &LI) const override;

private:
  std::unique_ptr<llvm::RegAllocPriorityAdvisor> Probe;
  llvm::DefaultPriorityAdvisor Default;
  FunctionTrace &Trace;
};

} // namespace mlra

#endif
