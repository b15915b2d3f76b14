//===- KeptMerges.h - Value numbers that merge nothing --------------------===//
//
// Coalescing leaves value numbers behind at the begin of blocks into which all predecessors bring one value. The spiller
// looks at values one by one, and so they sway it; LLVM makes none where it reads MIR text. The text therefore carries
// them as an attribute of the stub function, and where the plugin meets the attribute it makes them again.
//
//===----------------------------------------------------------------------===//
#ifndef MLRA_TEXT_KEPTMERGES_H
#define MLRA_TEXT_KEPTMERGES_H

#include "llvm/CodeGen/LiveIntervals.h"
#include "llvm/CodeGen/MachineFunction.h"

#include <string>

namespace mlra {

constexpr char KeptMergesAttribute[] = "mlra-merges";

/// `register:block,block` entries, both ascending; blocks are counted in the order of the layout.
std::string describeKeptMerges(const llvm::MachineFunction &MF, const llvm::LiveIntervals &LIS);

/// Makes the value numbers that the function's attribute describes; does nothing for a function without it.
void restoreKeptMerges(llvm::MachineFunction &MF, llvm::LiveIntervals &LIS);

} // namespace mlra

#endif
