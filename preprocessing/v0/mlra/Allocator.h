//===- Allocator.h - LLVM's allocator, with what is recorded and decided around it -===//
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
