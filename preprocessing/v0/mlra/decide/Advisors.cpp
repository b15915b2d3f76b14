//===- Advisors.cpp - Greedy's advisors, with ours in front ---------------===//
#include "decide/Advisors.h"

#include "llvm/IR/LegacyPassManagers.h"

using namespace llvm;

namespace mlra {

namespace {

#if LLVM_VERSION_MAJOR >= 20

using EvictionAnalysis = RegAllocEvictionAdvisorAnalysisLegacy;
using PriorityAnalysis = RegAllocPriorityAdvisorAnalysisLegacy;

class EvictionProvider final : public RegAllocEvictionAdvisorProvider {
public:
  EvictionProvider(LLVMContext &Context, EvictionAnalysis &Stock, const AdvisorMakers &Makers)
      : RegAllocEvictionAdvisorProvider(AdvisorMode::Default, Context), Stock(Stock), Makers(Makers) {}
  std::unique_ptr<RegAllocEvictionAdvisor> getAdvisor(const MachineFunction &MF, const RAGreedy &RA,
                                                      MachineBlockFrequencyInfo *MBFI,
                                                      MachineLoopInfo *Loops) override {
    return Makers.Eviction(MF, RA, Stock.getProvider().getAdvisor(MF, RA, MBFI, Loops));
  }

private:
  EvictionAnalysis &Stock;
  const AdvisorMakers &Makers;
};

class OurEvictionAnalysis final : public EvictionAnalysis {
public:
  OurEvictionAnalysis(const MachineFunction &MF, EvictionAnalysis &Stock, const AdvisorMakers &Makers)
      : EvictionAnalysis(AdvisorMode::Default) {
    Provider = std::make_unique<EvictionProvider>(MF.getFunction().getContext(), Stock, Makers);
  }
};

class PriorityProvider final : public RegAllocPriorityAdvisorProvider {
public:
  PriorityProvider(PriorityAnalysis &Stock, const AdvisorMakers &Makers)
      : RegAllocPriorityAdvisorProvider(AdvisorMode::Default), Stock(Stock), Makers(Makers) {}
  std::unique_ptr<RegAllocPriorityAdvisor> getAdvisor(const MachineFunction &MF, const RAGreedy &RA,
                                                      SlotIndexes &Indexes) override {
    return Makers.Priority(MF, RA, Indexes, Stock.getProvider().getAdvisor(MF, RA, Indexes));
  }

private:
  PriorityAnalysis &Stock;
  const AdvisorMakers &Makers;
};

class OurPriorityAnalysis final : public PriorityAnalysis {
public:
  OurPriorityAnalysis(MachineFunctionPass &, PriorityAnalysis &Stock, const AdvisorMakers &Makers)
      : PriorityAnalysis(AdvisorMode::Default) {
    Provider = std::make_unique<PriorityProvider>(Stock, Makers);
  }
};

#else

using EvictionAnalysis = RegAllocEvictionAdvisorAnalysis;
using PriorityAnalysis = RegAllocPriorityAdvisorAnalysis;

class OurEvictionAnalysis final : public EvictionAnalysis {
public:
  OurEvictionAnalysis(const MachineFunction &, EvictionAnalysis &Stock, const AdvisorMakers &Makers)
      : EvictionAnalysis(AdvisorMode::Default), Stock(Stock), Makers(Makers) {}
  std::unique_ptr<RegAllocEvictionAdvisor> getAdvisor(const MachineFunction &MF, const RAGreedy &RA) override {
    return Makers.Eviction(MF, RA, Stock.getAdvisor(MF, RA));
  }

private:
  EvictionAnalysis &Stock;
  const AdvisorMakers &Makers;
};

class OurPriorityAnalysis final : public PriorityAnalysis {
public:
  OurPriorityAnalysis(MachineFunctionPass &Allocator, PriorityAnalysis &Stock, const AdvisorMakers &Makers)
      : PriorityAnalysis(AdvisorMode::Default), Indexes(*compat::liveIntervals(Allocator).getSlotIndexes()),
        Stock(Stock), Makers(Makers) {}
  std::unique_ptr<RegAllocPriorityAdvisor> getAdvisor(const MachineFunction &MF, const RAGreedy &RA) override {
    return Makers.Priority(MF, RA, Indexes, Stock.getAdvisor(MF, RA));
  }

private:
  SlotIndexes &Indexes;
  PriorityAnalysis &Stock;
  const AdvisorMakers &Makers;
};

#endif

} // namespace

struct Advisors::Passes {
  Passes(MachineFunctionPass &Allocator, const MachineFunction &MF, const AdvisorMakers &Makers)
      : Eviction(MF, Allocator.getAnalysis<EvictionAnalysis>(), Makers),
        Priority(Allocator, Allocator.getAnalysis<PriorityAnalysis>(), Makers) {}

  OurEvictionAnalysis Eviction;
  OurPriorityAnalysis Priority;
};

Advisors::Advisors(MachineFunctionPass &Allocator, const MachineFunction &MF, AdvisorMakers Makers)
    : Makers(std::move(Makers)), Ours(std::make_unique<Passes>(Allocator, MF, this->Makers)) {}

Advisors::~Advisors() = default;

void Advisors::install(AnalysisResolver &Resolver) {
  if (Makers.Eviction)
    Resolver.addAnalysisImplsPair(&EvictionAnalysis::ID, &Ours->Eviction);
  if (Makers.Priority)
    Resolver.addAnalysisImplsPair(&PriorityAnalysis::ID, &Ours->Priority);
}

} // namespace mlra
