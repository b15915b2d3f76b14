//===- Advisors.h - Greedy's advisors, with our wishes in front -----------===//
//
// Greedy looks its advisors up among the analyses of its pass. What lies in that pass's resolver before LLVM fills it
// is found first: so ours reach the one pass that the plugin runs, and no other.
//
//===----------------------------------------------------------------------===//
#ifndef MLRA_DECIDE_ADVISORS_H
#define MLRA_DECIDE_ADVISORS_H

#include "decide/Sway.h"

#include "llvm/CodeGen/MachineFunctionPass.h"

#include <memory>

namespace llvm {
class AnalysisResolver;
}

namespace mlra {

class Advisors {
public:
  /// `Allocator` has LLVM's own advisors among its analyses; ours ask them.
  Advisors(llvm::MachineFunctionPass &Allocator, const llvm::MachineFunction &MF, Sway &Wishes);
  ~Advisors();

  void install(llvm::AnalysisResolver &Resolver);

private:
  struct Passes;
  std::unique_ptr<Passes> Ours;
  const Sway &Wishes;
};

} // namespace mlra

#endif
