//===- SlotGaps.h - Slot indices whose instruction is gone ---------------------===//
//
// The passes before allocation delete instructions (coalesced copies above all), and SlotIndexes keeps the numbers that
// those had. Distances, sizes and spill weights count these gaps, and so they sway the allocator; MIR text knows nothing
// of them. The text therefore carries them as an attribute of the stub function, and where the plugin meets the attribute
// it opens the gaps again, so that a replay decides what the compilation decided.
//
//===----------------------------------------------------------------------===//
#ifndef MLRA_TEXT_SLOTGAPS_H
#define MLRA_TEXT_SLOTGAPS_H

#include "llvm/CodeGen/MachineFunction.h"
#include "llvm/CodeGen/SlotIndexes.h"

#include <string>

namespace mlra {

constexpr char SlotGapsAttribute[] = "mlra-slot-gaps";

/// `place:count` pairs, ascending, count left out where it is 1. The places of a function are, block by block, the place
/// before each instruction and the one at the block's end. `place:=quarters` where the distance is not a whole number of
/// instructions: the basic allocator, other than greedy, works with indices that are not packed.
std::string describeSlotGaps(const llvm::MachineFunction &MF, llvm::SlotIndexes &Indexes);

/// Restores the distances that the function's attribute describes; does nothing for a function without it.
void restoreSlotGaps(llvm::MachineFunction &MF, llvm::SlotIndexes &Indexes);

} // namespace mlra

#endif
