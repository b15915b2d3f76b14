//===- MachineIRText.h - A function as MIR text that stands alone --------------===//
//
// `llc -start-before=greedy` takes the text without the source and meets the same allocation problem: the function's
// MIR, and a stub of its LLVM IR with the declarations that the MIR names.
//
//===----------------------------------------------------------------------===//
#ifndef MLRA_TEXT_MACHINEIRTEXT_H
#define MLRA_TEXT_MACHINEIRTEXT_H

#include "record/TargetNames.h"

#include "llvm/CodeGen/LiveIntervals.h"
#include "llvm/CodeGen/MachineFunction.h"
#include "llvm/CodeGen/VirtRegMap.h"
#include "llvm/IR/ModuleSlotTracker.h"

#include <string>

namespace mlra {

class MachineIRText {
public:
  MachineIRText(const llvm::MachineFunction &MF, llvm::LiveIntervals &LIS, const llvm::VirtRegMap &VRM,
                const TargetNames &Spelled, llvm::ModuleSlotTracker &MST);

  const std::string &text() const { return Text; }

  /// XXH3 (128 bits, hexadecimal) of the function's frame, registers, reserved registers and body, in which each symbol
  /// counts by where it appears first and not by its name. Equal hashes: the same allocation problem.
  const std::string &contentHash() const { return Hash; }

private:
  std::string Text;
  std::string Hash;
};

} // namespace mlra

#endif
