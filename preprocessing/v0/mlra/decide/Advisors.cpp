//===- Advisors.cpp - Greedy's advisors, with our wishes in front ---------===//
#include "decide/Advisors.h"

#include "decide/EvictionAdvisor.h"
#include "decide/PriorityAdvisor.h"

#include "llvm/IR/LegacyPassManagers.h"

using namespace llvm;

namespace mlra {

namespace {

#if LLVM_VERSION_MAJOR >= 20

using EvictionAnalysis = RegAllocEvictionAdvisorAnalysisLegacy;
using PriorityAnalysis = RegAllocPriorityAdvisorAnalysisLegacy;

class EvictionProvider final : public RegAllocEvictionAdvisorProvider {
public:
  EvictionProvider(LLVMContext &Context, EvictionAnalysis &Stock, Sway &Wishes)
      : RegAllocEvictionAdvisorProvider(AdvisorMode::Default, Context), Stock(Stock), Wishes(Wishes) {}
  std::unique_ptr<RegAllocEvictionAdvisor> getAdvisor(const MachineFunction &MF, const RAGreedy &RA,
                                                      MachineBlockFrequencyInfo *MBFI,
                                                      MachineLoopInfo *Loops) override {
    return std::make_unique<EvictionAdvisor>(MF, RA, Stock.getProvider().getAdvisor(MF, RA, MBFI, Loops), Wishes);
  }

private:
  EvictionAnalysis &Stock;
  Sway &Wishes;
};

class OurEvictionAnalysis final : public EvictionAnalysis {
public:
  OurEvictionAnalysis(const MachineFunction &MF, EvictionAnalysis &Stock, Sway &Wishes)
      : EvictionAnalysis(AdvisorMode::Default) {
    Provider = std::make_unique<EvictionProvider>(MF.getFunction().getContext(), Stock, Wishes);
  }
};

class PriorityProvider final : public RegAllocPriorityAdvisorProvider {
public:
  PriorityProvider(PriorityAnalysis &Stock, const Sway &Wishes)
      : RegAllocPriorityAdvisorProvider(AdvisorMode::Default), Stock(Stock), Wishes(Wishes) {}
  std::unique_ptr<RegAllocPriorityAdvisor> getAdvisor(const MachineFunction &MF, const RAGreedy &RA,
                                                      SlotIndexes &Indexes) override {
    return std::make_unique<PriorityAdvisor>(MF, RA, Indexes, Stock.getProvider().getAdvisor(MF, RA, Indexes), Wishes);
  }

private:
  PriorityAnalysis &Stock;
  const Sway &Wishes;
};

class OurPriorityAnalysis final : public PriorityAnalysis {
public:
  OurPriorityAnalysis(MachineFunctionPass &, PriorityAnalysis &Stock, Sway &Wishes)
      : PriorityAnalysis(AdvisorMode::Default) {
    Provider = std::make_unique<PriorityProvider>(Stock, Wishes);
  }
};

#else

using EvictionAnalysis = RegAllocEvictionAdvisorAnalysis;
using PriorityAnalysis = RegAllocPriorityAdvisorAnalysis;

class OurEvictionAnalysis final : public EvictionAnalysis {
public:
  OurEvictionAnalysis(const MachineFunction &, EvictionAnalysis &Stock, Sway &Wishes)
      : EvictionAnalysis(AdvisorMode::Default), Stock(Stock), Wishes(Wishes) {}
  std::unique_ptr<RegAllocEvictionAdvisor> getAdvisor(const MachineFunction &MF, const RAGreedy &RA) override {
    return std::make_unique<EvictionAdvisor>(MF, RA, Stock.getAdvisor(MF, RA), Wishes);
  }

private:
  EvictionAnalysis &Stock;
  Sway &Wishes;
};

class OurPriorityAnalysis final : public PriorityAnalysis {
public:
  OurPriorityAnalysis(MachineFunctionPass &Allocator, PriorityAnalysis &Stock, Sway &Wishes)
      : PriorityAnalysis(AdvisorMode::Default), Indexes(*compat::liveIntervals(Allocator).getSlotIndexes()),
        Stock(Stock), Wishes(Wishes) {}
  std::unique_ptr<RegAllocPriorityAdvisor> getAdvisor(const MachineFunction &MF, const RAGreedy &RA) override {
    return std::make_unique<PriorityAdvisor>(MF, RA, Indexes, Stock.getAdvisor(MF, RA), Wishes);
  }

private:
  SlotIndexes &Indexes;
  PriorityAnalysis &Stock;
  Sway &Wishes;
};

#endif

} // namespace

struct Advisors::Passes {
  Passes(MachineFunctionPass &Allocator, const MachineFunction &MF, Sway &Wishes)
      : Eviction(MF, Allocator.getAnalysis<EvictionAnalysis>(), Wishes),
        Priority(Allocator, Allocator.getAnalysis<PriorityAnalysis>(), Wishes) {}

  OurEvictionAnalysis Eviction;
  OurPriorityAnalysis Priority;
};

Advisors::Advisors(MachineFunctionPass &Allocator, const MachineFunction &MF, Sway &Wishes)
    : Ours(std::make_unique<Passes>(Allocator, MF, Wishes)), Wishes(Wishes) {}

Advisors::~Advisors() = default;

void Advisors::install(AnalysisResolver &Resolver) {
  if (!Wishes.Fixed.empty())
    Resolver.addAnalysisImplsPair(&EvictionAnalysis::ID, &Ours->Eviction);
  if (Wishes.isOrdered())
    Resolver.addAnalysisImplsPair(&PriorityAnalysis::ID, &Ours->Priority);
}

} // namespace mlra
