//===- Advisors.h - Greedy's advisors, with ours in front -----------------===//
//
// Greedy looks its advisors up among the analyses of its pass. What lies in that pass's resolver before LLVM fills it
// is found first: so ours reach the one pass that the plugin runs, and no other.
//
//===----------------------------------------------------------------------===//
#ifndef MLRA_DECIDE_ADVISORS_H
#define MLRA_DECIDE_ADVISORS_H

#include "LLVMCompat.h"

#include "llvm/CodeGen/MachineFunctionPass.h"

#if LLVM_VERSION_MAJOR >= 20
#include "llvm/CodeGen/RegAllocEvictionAdvisor.h"
#include "llvm/CodeGen/RegAllocPriorityAdvisor.h"
#else
#include "decide/AdvisorsOfLLVM19.h"
#endif

#include <functional>
#include <memory>

namespace llvm {
class AnalysisResolver;
}

namespace mlra {

/// What makes our advisors for one run of greedy, each with LLVM's own to ask. An empty one leaves LLVM's alone.
struct AdvisorMakers {
  std::function<std::unique_ptr<llvm::RegAllocEvictionAdvisor>(const llvm::MachineFunction &, const llvm::RAGreedy &,
                                                               std::unique_ptr<llvm::RegAllocEvictionAdvisor>)>
      Eviction;
  std::function<std::unique_ptr<llvm::RegAllocPriorityAdvisor>(const llvm::MachineFunction &, const llvm::RAGreedy &,
                                                               llvm::SlotIndexes &,
                                                               std::unique_ptr<llvm::RegAllocPriorityAdvisor>)>
      Priority;
};

class Advisors {
public:
  /// `Allocator` has LLVM's own advisors among its analyses.
  Advisors(llvm::MachineFunctionPass &Allocator, const llvm::MachineFunction &MF, AdvisorMakers Makers);
  ~Advisors();

  void install(llvm::AnalysisResolver &Resolver);

private:
  struct Passes;
  AdvisorMakers Makers;
  std::unique_ptr<Passes> Ours;
};

} // namespace mlra

#endif
