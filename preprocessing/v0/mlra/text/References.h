//===- References.h - How MIR text refers to blocks, frame objects and globals --===//
#ifndef MLRA_TEXT_REFERENCES_H
#define MLRA_TEXT_REFERENCES_H

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/CodeGen/MachineFrameInfo.h"
#include "llvm/CodeGen/MachineFunction.h"
#include "llvm/IR/GlobalValue.h"
#include "llvm/IR/ModuleSlotTracker.h"
#include "llvm/Support/raw_ostream.h"

#include <string>
#include <vector>

namespace mlra {

/// Prints `@name`. A global without a name gets one, for those that the text names are not numbered from 0 as LLVM IR
/// wants them.
void printGlobalName(llvm::raw_ostream &OS, const llvm::GlobalValue &GV, llvm::ModuleSlotTracker &MST);

/// The living fixed objects of a frame in the order of the text. A reader numbers them downwards from -1: in this order it
/// gives them their numbers again.
llvm::SmallVector<int, 8> fixedObjects(const llvm::MachineFrameInfo &MFI);

/// The numbers that a reader gives to a function's blocks and frame objects, whatever they are now.
class References {
public:
  explicit References(const llvm::MachineFunction &MF);

  /// `%bb.<index in layout order>`.
  std::string block(const llvm::MachineBasicBlock &MBB) const;

  /// `%stack.<index among the living>` or `%fixed-stack.<…>`.
  std::string stack(int FrameIndex) const;

private:
  std::vector<unsigned> LayoutIndex;        ///< by block number
  llvm::DenseMap<int, unsigned> StackIndex; ///< by frame index, of the objects that are not dead
};

} // namespace mlra

#endif
