//===- GreedyAlone.cpp - What greedy makes of a function by itself --------===//
#include "decide/GreedyAlone.h"

#include "decide/ReportedFigures.h"

using namespace llvm;

namespace mlra {

/// The compiler waits no longer than this; greedy takes seconds for the largest functions.
static constexpr ForkLimits Limits{/*ProcessorSeconds=*/120, /*WallSeconds=*/600, uint64_t(4) << 30};

GreedyAlone::GreedyAlone(LLVMContext &Context) : Copy(Limits, Context) {}

void GreedyAlone::tell(const Answer &Result) const {
  JsonWriter J;
  J.beginObject();
  writeCostMembers(J, Result);
  J.endObject();
  Copy.end(J.text());
}

} // namespace mlra
