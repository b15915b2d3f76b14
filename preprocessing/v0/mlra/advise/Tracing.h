//===- Tracing.h - What the allocator's pass has of traces ----------------===//
#ifndef MLRA_ADVISE_TRACING_H
#define MLRA_ADVISE_TRACING_H

#include "advise/FunctionTrace.h"
#include "decide/Advisors.h"
#include "record/Problem.h"

#include <memory>

namespace llvm {
class AnalysisResolver;
class Module;
} // namespace llvm

namespace mlra {

/// Whether the flags ask for a trace.
bool isTracing();

/// Of an allocator in whose place LLVM's fast one runs: a trace without functions, and a warning.
void traceNothing(llvm::Module &M);

/// Without a flag it does nothing.
class Tracing {
public:
  void begin(llvm::Module &M);

  /// For the pass that runs greedy, before its analyses are looked up.
  void install(llvm::MachineFunctionPass &Allocator, llvm::MachineFunction &MF, llvm::AnalysisResolver &Resolver);

  /// Behind greedy, before the rewriter.
  void allocated(const Analyses &A);

  void end(llvm::Module &M);

private:
  std::string prepare(llvm::MachineFunction &MF);
  AdvisorMakers makers();

  std::unique_ptr<FeatureChannel> Channel;
  std::unique_ptr<TraceFile> File;
  std::unique_ptr<Policy> Who;
  std::unique_ptr<FunctionTrace> Current;
  std::unique_ptr<Advisors> Ours;
  std::string Problem;
  bool IsOpened = false;
};

} // namespace mlra

#endif
