//===- IdleDecider.cpp - A decider that is never asked --------------------===//
#include "decide/IdleDecider.h"

#include "decide/Decider.h"
#include "decide/FinalFile.h"
#include "decide/Report.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MemoryBuffer.h"

#include <cstdio>
#include <cstdlib>

using namespace llvm;

namespace mlra {

namespace {

bool IsAllocatorMade = false;

/// Words of a command line that asks for no code, or, with -save-temps, has several processes of which one makes it. No
/// word is then said: configure scripts take one for a failure of the preprocessor.
bool asksForNoCode(StringRef Word) {
  return is_contained({"-E", "-Eonly", "-M", "-MM"}, Word) || Word.starts_with("-save-temps") ||
         Word.ltrim('-').starts_with("help") || Word.ltrim('-').starts_with("version");
}

bool isCodeAskedFor() {
  auto CommandLine = MemoryBuffer::getFileAsStream("/proc/self/cmdline");
  if (!CommandLine)
    return true;
  SmallVector<StringRef, 64> Words;
  (*CommandLine)->getBuffer().split(Words, '\0');
  return none_of(Words, asksForNoCode);
}

/// Nobody has a context any more in which LLVM could warn.
void warnAtEnd(int Status, void *) {
  StringRef Flag = chosenDeciderFlag();
  if (Status || IsAllocatorMade || Flag.empty() || !isCodeAskedFor())
    return;
  fprintf(stderr,
          "warning: mlra: %s decides nothing here: no allocator of the plugin's runs; leave -fsyntax-only, -emit-llvm "
          "and -flto out\n",
          Flag.data());
}

} // namespace

void expectAllocator() {
  static bool IsExpected = on_exit(warnAtEnd, nullptr) == 0;
  (void)IsExpected;
}

void noteAllocator() { IsAllocatorMade = true; }

void warnOfFastAllocator(const Module &M) {
  if (FinalFile::isWanted())
    warn(M, "-mlra-final tells nothing here: without optimisation LLVM takes its fast allocator");
  if (StringRef Flag = chosenDeciderFlag(); !Flag.empty())
    warn(M, Flag + " decides nothing here: without optimisation LLVM takes its fast allocator; compile with -O1, -O2, "
                   "-O3 or -Os");
}

} // namespace mlra
