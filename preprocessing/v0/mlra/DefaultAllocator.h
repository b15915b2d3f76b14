//===- DefaultAllocator.h - The allocator of a pipeline that names none --------===//
#ifndef MLRA_DEFAULTALLOCATOR_H
#define MLRA_DEFAULTALLOCATOR_H

#include "llvm/CodeGen/RegAllocRegistry.h"
#include "llvm/CodeGen/TargetPassConfig.h"
#include "llvm/IR/LegacyPassManagers.h"
#include "llvm/Support/CommandLine.h"

namespace mlra {

/// What -regalloc names; null if it names none. LLVM takes a default that somebody has set even where one is named.
inline llvm::RegisterRegAlloc::FunctionPassCtor namedAllocator() {
  using namespace llvm;
  using Option = cl::opt<RegisterRegAlloc::FunctionPassCtor, false, RegisterPassParser<RegisterRegAlloc>>;
  auto Found = cl::getRegisteredOptions().find("regalloc");
  if (Found == cl::getRegisteredOptions().end() || !Found->second->getNumOccurrences())
    return nullptr;
  RegisterRegAlloc::FunctionPassCtor Named = static_cast<Option *>(Found->second)->getValue();
  for (RegisterRegAlloc *Entry = RegisterRegAlloc::getList(); Entry; Entry = Entry->getNext())
    if (Entry->getName() == "default" && Entry->getCtor() == Named)
      return nullptr;
  return Named;
}

/// Whether the pipeline that is being built optimizes register allocation. Allocators are made without being told; the
/// pass manager's stack, which a pass sees before it is asked for its analyses, knows.
inline bool optimizesAllocation(llvm::PMStack &Stack) {
  llvm::Pass *Config = Stack.empty() ? nullptr
                                     : Stack.top()->getTopLevelManager()->findAnalysisPass(&llvm::TargetPassConfig::ID);
  return !Config || static_cast<llvm::TargetPassConfig *>(Config)->getOptimizeRegAlloc();
}

} // namespace mlra

#endif
