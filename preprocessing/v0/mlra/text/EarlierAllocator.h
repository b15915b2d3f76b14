//===- EarlierAllocator.h - What an earlier allocator of the pipeline left ----===//
//
// X86 allocates its tile registers first, and that leaves traces in what the next allocator sees.
//
// Every allocator starts with new hints for the registers that are copied, and keeps those of the others: where another
// allocator ran before, its hints are part of the problem. MIR text has room for one hint a register, and
// its reader makes a register when it is first named, in a hint, too: a hint at a register that is listed later would
// give all others new numbers. And a register that was made for a spill is marked as one that must not be spilled. What
// the text cannot hold travels as attributes of the stub function.
//
//===----------------------------------------------------------------------===//
#ifndef MLRA_TEXT_EARLIERALLOCATOR_H
#define MLRA_TEXT_EARLIERALLOCATOR_H

#include "llvm/CodeGen/LiveIntervals.h"
#include "llvm/CodeGen/MachineFunction.h"
#include "llvm/CodeGen/VirtRegMap.h"

#include <string>

namespace mlra {

constexpr char CopyHintsAttribute[] = "mlra-copy-hints";
constexpr char NotSpillableAttribute[] = "mlra-not-spillable";

/// The hint that the text holds of a register if it may; none for a register that was given before.
llvm::Register printedHint(const llvm::MachineRegisterInfo &MRI, const llvm::VirtRegMap &VRM, llvm::Register Reg);

/// Which virtual registers' hints the text can hold, told one after the other in the order of their numbers.
class HintOrder {
public:
  /// Whether the hint may stand beside register number `Index` without changing a number.
  bool holds(unsigned Index, llvm::Register Hint);

private:
  unsigned Named = 0; ///< registers that a reader has made so far
};

/// `register:hint,hint,…` for each register whose hints at virtual registers the text does not hold.
std::string describeCopyHints(const llvm::MachineFunction &MF, const llvm::VirtRegMap &VRM);

/// The numbers of the registers that are marked as not spillable.
std::string describeNotSpillable(const llvm::MachineFunction &MF, const llvm::LiveIntervals &LIS,
                                 const llvm::VirtRegMap &VRM);

/// Restores both; does nothing for a function without the attributes. To be called before spill weights are computed.
void restoreEarlierAllocator(llvm::MachineFunction &MF, llvm::LiveIntervals &LIS);

} // namespace mlra

#endif
