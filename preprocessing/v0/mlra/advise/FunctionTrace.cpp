//===- FunctionTrace.cpp - The decisions of the function at hand ----------===//
#include "advise/FunctionTrace.h"

using namespace llvm;

namespace mlra {

void FunctionTrace::enter(StringRef Function, size_t Most) {
  MostSteps = Most;
  PassedOver = 0;
  Failure = Who ? Who->enter(Function) : "";
}

void FunctionTrace::beginQuestion() {
  if (Fault.empty())
    Fault = Channel.prepare();
}

const char *FunctionTrace::observation() { return Fault.empty() ? Channel.next(Fault) : nullptr; }

int64_t FunctionTrace::step(const char *Raw, int64_t Default) {
  Observation Seen{Channel.layout(), Raw};
  int64_t Decision = Default;
  if (Who && Failure.empty()) {
    Failure = Who->decide(Seen, Default, Decision);
    if (Failure.empty() && !isLegal(Seen, Decision))
      Failure = "the policy's column is " + std::to_string(Decision) + ", which is not legal";
    if (Failure.empty() && File.steps() >= MostSteps)
      Failure = "the policy does not come to an end: " + std::to_string(MostSteps) + " decisions";
    if (!Failure.empty())
      Decision = Default;
  }
  File.add(Seen, Decision, Default);
  return Decision;
}

void FunctionTrace::finish(StringRef Function, const Score &Total) {
  File.write(Function, Total, Failure, PassedOver);
}

} // namespace mlra
