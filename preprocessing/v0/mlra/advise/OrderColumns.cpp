//===- OrderColumns.cpp - Registers as columns of an allocation order -----===//
#include "advise/OrderColumns.h"

#include "LLVMCompat.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/CodeGen/RegisterClassInfo.h"
#include "llvm/Support/ErrorHandling.h"

using namespace llvm;

namespace mlra {

namespace {

/// LLVM's AllocationOrder, of which no release installs the header: how it lies in memory, in both releases.
struct OrderInMemory {
  const SmallVector<MCPhysReg, 16> Hints;
  ArrayRef<MCPhysReg> Order;
  const int IterationLimit; ///< 0 where the hints are all there is
};

} // namespace

OrderColumns::OrderColumns(const AllocationOrder &Order, const LiveInterval &LI, const MachineRegisterInfo &MRI,
                           const RegisterClassInfo &Classes) {
  const auto &Lying = reinterpret_cast<const OrderInMemory &>(Order);
  ArrayRef<MCPhysReg> Expected = Classes.getOrder(MRI.getRegClass(LI.reg()));
  if (Lying.Order.data() != Expected.data() || Lying.Order.size() != Expected.size())
    report_fatal_error("mlra: an allocation order lies otherwise in memory than this plugin knows",
                       /*gen_crash_diag=*/false);
  Registers.append(Lying.Hints.begin(), Lying.Hints.end());
  for (MCPhysReg Reg : Lying.Order.take_front(Lying.IterationLimit))
    if (!is_contained(Lying.Hints, Reg))
      Registers.push_back(Reg);
}

unsigned OrderColumns::columnOf(MCRegister Reg) const {
  if (!Reg)
    return Candidate;
  const auto *Found = find(Registers, Reg.id());
  if (Found == Registers.end())
    report_fatal_error("mlra: LLVM evicts from a register that is not in the order", /*gen_crash_diag=*/false);
  return Found - Registers.begin();
}

MCRegister OrderColumns::at(unsigned Column) const {
  return Column < Registers.size() ? MCRegister(Registers[Column]) : MCRegister();
}

} // namespace mlra
