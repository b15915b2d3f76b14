//===- Deciding.h - The decisions of a module, first to last --------------===//
#ifndef MLRA_DECIDE_DECIDING_H
#define MLRA_DECIDE_DECIDING_H

#include "decide/Decider.h"
#include "decide/GreedyAlone.h"
#include "decide/Report.h"

namespace mlra {

/// What the allocator's pass has of all this. Without a decider it does nothing.
class Deciding {
public:
  void begin(llvm::Module &M);

  bool isOn() const { return bool(Who); }
  bool wants(const llvm::MachineFunction &MF, unsigned FunctionID) { return Who && Who->wants(MF, FunctionID); }

  /// Decides and carries out. The carrier then has to see greedy's run: installAdvisors before, finish behind it.
  /// Null where greedy runs alone, in a copy that ends with `allocated`.
  std::unique_ptr<Carrier> decide(llvm::MachineFunctionPass &Allocator, const Episode &E);

  /// Whether the decider or the report wants to know what greedy made of the function at hand.
  bool looksAtAnswer() const { return Report || Who->looksAtAnswer(); }

  /// Behind greedy and the carrier's finish; the answer is empty if nobody looks at it. Returns whether the function is
  /// to be recorded.
  bool allocated(const Episode &E, const Answer &Result);

  void end(llvm::Module &M);

private:
  void writeReport(const Episode &E, const Answer &Result);

  std::unique_ptr<Decider> Who;
  std::unique_ptr<GreedyAlone> Before; ///< of the function at hand
  std::unique_ptr<ReportFile> Report;
};

} // namespace mlra

#endif
