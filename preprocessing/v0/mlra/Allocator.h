//===- Allocator.h - LLVM's allocator, recorded and decided around --------===//
#ifndef MLRA_ALLOCATOR_H
#define MLRA_ALLOCATOR_H

namespace llvm {
class FunctionPass;
}

namespace mlra {

llvm::FunctionPass *createGreedyAllocator();
llvm::FunctionPass *createBasicAllocator();

} // namespace mlra

#endif
