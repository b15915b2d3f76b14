//===- FunctionTrace.h - The decisions of the function at hand ------------===//
#ifndef MLRA_ADVISE_FUNCTIONTRACE_H
#define MLRA_ADVISE_FUNCTIONTRACE_H

#include "advise/FeatureChannel.h"
#include "advise/Policy.h"
#include "advise/TraceFile.h"

namespace mlra {

/// What the advisors tell, and ask: step by step. Where the policy fails, LLVM's default decides from there on.
class FunctionTrace {
public:
  /// `Who` is null for the default itself.
  FunctionTrace(FeatureChannel &Channel, TraceFile &File, Policy *Who) : Channel(Channel), File(File), Who(Who) {}

  void enter(llvm::StringRef Function, size_t MostSteps);

  void beginQuestion();
  /// Null where LLVM asked nothing.
  const char *observation();
  int64_t step(const char *Raw, int64_t Default);
  void passOver() { ++PassedOver; }

  void finish(llvm::StringRef Function, const Score &Total);

  /// What is wrong with the trace, and not with the policy.
  const std::string &fault() const { return Fault; }

private:
  FeatureChannel &Channel;
  TraceFile &File;
  Policy *Who;
  size_t MostSteps = 0; ///< of the policy: a bad one lets registers evict each other for ever
  unsigned PassedOver = 0;
  std::string Failure, Fault;
};

} // namespace mlra

#endif
