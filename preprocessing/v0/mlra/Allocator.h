//===- Allocator.h - LLVM's allocator, recorded and decided around --------===//
#ifndef MLRA_ALLOCATOR_H
#define MLRA_ALLOCATOR_H

namespace llvm {
class FunctionPass;
}

namespace mlra {

llvm::FunctionPass *createGreedyAllocator();
llvm::FunctionPass *createBasicAllocator();

/// Any other allocator of LLVM's, of whose code -mlra-final tells.
llvm::FunctionPass *createObservedAllocator(llvm::FunctionPass *Inner);

} // namespace mlra

#endif
