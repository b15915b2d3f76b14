//===- AdvisorsOfLLVM19.h - Advisors that LLVM 19 has no header of --------===//
//
// Declarations only, for exactly this release: what a derived class needs to know of layouts and virtual tables. LLVM
// 22 installs the headers.
//
//===----------------------------------------------------------------------===//
#ifndef MLRA_DECIDE_ADVISORSOFLLVM19_H
#define MLRA_DECIDE_ADVISORSOFLLVM19_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/SmallSet.h"
#include "llvm/CodeGen/Register.h"
#include "llvm/MC/MCRegister.h"
#include "llvm/Pass.h"

#include <memory>

namespace llvm {

class AllocationOrder;
class LiveInterval;
class LiveIntervals;
class MachineFunction;
class MachineRegisterInfo;
class RAGreedy;
class SlotIndexes;

using SmallVirtRegSet = SmallSet<Register, 16>;

class RegAllocEvictionAdvisor {
public:
  virtual ~RegAllocEvictionAdvisor() = default;
  virtual MCRegister tryFindEvictionCandidate(const LiveInterval &, const AllocationOrder &, uint8_t,
                                              const SmallVirtRegSet &) const = 0;
  virtual bool canEvictHintInterference(const LiveInterval &, MCRegister, const SmallVirtRegSet &) const = 0;

protected:
  RegAllocEvictionAdvisor(const MachineFunction &MF, const RAGreedy &RA);

  const void *References[2]; ///< function, allocator
  void *Pointers[5];         ///< matrix, intervals, map, registers, target
  const void *Classes;
  ArrayRef<uint8_t> Costs;
  bool ReassignsLocally;
};

class DefaultEvictionAdvisor : public RegAllocEvictionAdvisor {
public:
  DefaultEvictionAdvisor(const MachineFunction &MF, const RAGreedy &RA) : RegAllocEvictionAdvisor(MF, RA) {}

private:
  MCRegister tryFindEvictionCandidate(const LiveInterval &, const AllocationOrder &, uint8_t,
                                      const SmallVirtRegSet &) const override;
  bool canEvictHintInterference(const LiveInterval &, MCRegister, const SmallVirtRegSet &) const override;
};

class RegAllocEvictionAdvisorAnalysis : public ImmutablePass {
public:
  enum class AdvisorMode : int { Default, Release, Development };
  RegAllocEvictionAdvisorAnalysis(AdvisorMode Mode) : ImmutablePass(ID), Mode(Mode) {}
  static char ID;
  virtual std::unique_ptr<RegAllocEvictionAdvisor> getAdvisor(const MachineFunction &MF, const RAGreedy &RA) = 0;
  virtual void logRewardIfNeeded(const MachineFunction &MF, function_ref<float()> GetReward) {}

protected:
  void getAnalysisUsage(AnalysisUsage &AU) const override { AU.setPreservesAll(); }

private:
  StringRef getPassName() const override;
  const AdvisorMode Mode;
};

class RegAllocPriorityAdvisor {
public:
  virtual ~RegAllocPriorityAdvisor() = default;
  virtual unsigned getPriority(const LiveInterval &LI) const = 0;
  RegAllocPriorityAdvisor(const MachineFunction &MF, const RAGreedy &RA, SlotIndexes *Indexes);

protected:
  const void *Allocator;
  LiveIntervals *LIS;
  void *Map;
  MachineRegisterInfo *MRI;
  const void *Target, *Classes;
  SlotIndexes *Indexes;
  bool ClassTrumpsGlobalness, ReversesLocal;
};

class DefaultPriorityAdvisor : public RegAllocPriorityAdvisor {
public:
  DefaultPriorityAdvisor(const MachineFunction &MF, const RAGreedy &RA, SlotIndexes *Indexes)
      : RegAllocPriorityAdvisor(MF, RA, Indexes) {}

private:
  unsigned getPriority(const LiveInterval &LI) const override;
};

class RegAllocPriorityAdvisorAnalysis : public ImmutablePass {
public:
  enum class AdvisorMode : int { Default, Release, Development, Dummy };
  RegAllocPriorityAdvisorAnalysis(AdvisorMode Mode) : ImmutablePass(ID), Mode(Mode) {}
  static char ID;
  virtual std::unique_ptr<RegAllocPriorityAdvisor> getAdvisor(const MachineFunction &MF, const RAGreedy &RA) = 0;
  virtual void logRewardIfNeeded(const MachineFunction &MF, function_ref<float()> GetReward) {}

protected:
  void getAnalysisUsage(AnalysisUsage &AU) const override { AU.setPreservesAll(); }

private:
  StringRef getPassName() const override;
  const AdvisorMode Mode;
};

} // namespace llvm

#endif
