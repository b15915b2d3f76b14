//===- TracingAdvisors.cpp - LLVM's default advisors, written down --------===//
#include "advise/TracingAdvisors.h"

#include "advise/OrderColumns.h"

#include "llvm/CodeGen/RegisterClassInfo.h"

using namespace llvm;

namespace mlra {

MCRegister TracingEvictionAdvisor::tryFindEvictionCandidate(const LiveInterval &LI, const AllocationOrder &Order,
                                                            uint8_t CostLimit, const SmallVirtRegSet &Fixed) const {
  MCRegister Heuristic = stock().tryFindEvictionCandidate(LI, Order, CostLimit, Fixed);
#if LLVM_VERSION_MAJOR >= 20
  OrderColumns Columns(Order, LI, *MRI, RegClassInfo);
#else
  OrderColumns Columns(Order, LI, *static_cast<const MachineRegisterInfo *>(Pointers[3]),
                       *static_cast<const RegisterClassInfo *>(Classes));
#endif
  if (!Columns.fit()) {
    Trace.passOver();
    return Heuristic;
  }
  Trace.beginQuestion();
  Probe->tryFindEvictionCandidate(LI, Order, CostLimit, Fixed);
  const char *Raw = Trace.observation();
  if (!Raw)
    return Heuristic; // LLVM does not ask where nothing can be evicted
  int64_t Chosen = Trace.step(Raw, Columns.columnOf(Heuristic));
  return Columns.at(Chosen);
}

bool TracingEvictionAdvisor::canEvictHintInterference(const LiveInterval &LI, MCRegister Hint,
                                                      const SmallVirtRegSet &Fixed) const {
  return stock().canEvictHintInterference(LI, Hint, Fixed);
}

unsigned TracingPriorityAdvisor::getPriority(const LiveInterval &LI) const {
  const RegAllocPriorityAdvisor &Stock = Default;
  unsigned Heuristic = Stock.getPriority(LI);
  Trace.beginQuestion();
  Probe->getPriority(LI);
  const char *Raw = Trace.observation();
  return Raw ? static_cast<unsigned>(Trace.step(Raw, Heuristic)) : Heuristic;
}

} // namespace mlra
