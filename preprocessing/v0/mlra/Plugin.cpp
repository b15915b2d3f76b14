//===- Plugin.cpp - The entry: the allocators mlra and mlbasicra ----------===//
//
//   clang -O3 -fplugin=libmlra.so -mllvm -mlra -mllvm -mlra-dump=unit.ndjson -c a.c
//   llc -load=libmlra.so -mlra -mlra-dump=unit.ndjson a.ll
//   llc -load=libmlra.so -regalloc=mlbasicra -mlra-dump=unit.ndjson a.ll
//
// An allocator of this plugin allocates nothing: it writes the problem down, lets LLVM's greedy (mlra) or basic
// (mlbasicra) allocator solve it, and writes down what that one did. The object file stays the same, byte by byte.
//
// The decisions of greedy's advisors can be traced, or made by another policy (advise/).
// In front of greedy, decisions are carried out: of a file, of chance, of a model (decide/). Without one nothing
// changes.
//
// -mlra names no allocator: it makes ours the one that LLVM takes by default. A target looks whether one is named, and
// then builds another pipeline: X86 leaves out the allocation and the configuration of its tile registers.
//
//===----------------------------------------------------------------------===//
#include "Allocator.h"
#include "Flags.h"
#include "advise/Tracing.h"
#include "decide/Decider.h"
#include "decide/FinalFile.h"

#include "llvm/CodeGen/RegAllocRegistry.h"
#include "llvm/Support/ErrorHandling.h"

using namespace llvm;
using namespace mlra;

namespace {

/// What -regalloc names; null if it names none. LLVM takes a default that somebody has set even where one is named.
RegisterRegAlloc::FunctionPassCtor namedAllocator() {
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

bool isCalled(StringRef Name, RegisterRegAlloc::FunctionPassCtor Named) {
  for (RegisterRegAlloc *Entry = RegisterRegAlloc::getList(); Entry; Entry = Entry->getNext())
    if (Entry->getName() == Name)
      return Entry->getCtor() == Named;
  return false;
}

RegisterRegAlloc GreedyEntry("mlra", "greedy register allocator that records its problems", createGreedyAllocator);
RegisterRegAlloc BasicEntry("mlbasicra", "basic register allocator that records its problems", createBasicAllocator);

} // namespace

/// Asked for each pipeline.
FunctionPass *mlra::createDefaultAllocator() {
  if (FinalFile::isWanted() && flags::DiscardBody)
    report_fatal_error("-mlra-final counts the final code, of which -mlra-discard leaves none",
                       /*gen_crash_diag=*/false);
  RegisterRegAlloc::FunctionPassCtor Named = namedAllocator();
  bool HasToBeGreedy = isDeciding() || isTracing();
  bool IsGreedy = !Named || Named == createGreedyAllocator || (HasToBeGreedy && isCalled("greedy", Named));
  if (IsGreedy)
    return createGreedyAllocator();
  if (isTracing())
    report_fatal_error("a trace is of greedy's advisors, and -regalloc names another allocator",
                       /*gen_crash_diag=*/false);
  if (isDeciding())
    report_fatal_error("decisions are carried out in front of greedy, and -regalloc names another allocator",
                       /*gen_crash_diag=*/false);
  if (Named != createBasicAllocator && !(flags::DumpPath.empty() && flags::ColumnsPath.empty()))
    report_fatal_error("-mlra records the default allocator, and -regalloc names another one",
                       /*gen_crash_diag=*/false);
  if (FinalFile::isWanted() && isCalled("fast", Named))
    report_fatal_error("-mlra-final counts what live ranges became, and -regalloc names the allocator that has none",
                       /*gen_crash_diag=*/false);
  if (FinalFile::isWanted() && Named != createBasicAllocator)
    return createObservedAllocator(Named());
  return Named();
}
