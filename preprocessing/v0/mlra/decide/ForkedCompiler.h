//===- ForkedCompiler.h - A copy of the compiler that tries something and dies --===//
//
// What the copy changes is its own: the compiler that forked it has changed nothing, whatever becomes of the copy. It
// says what it found through a pipe, leaves no file, says nothing to the user, and never outlives the compiler.
//
//===----------------------------------------------------------------------===//
#ifndef MLRA_DECIDE_FORKEDCOMPILER_H
#define MLRA_DECIDE_FORKEDCOMPILER_H

#include "llvm/ADT/StringRef.h"

#include <cstdint>
#include <string>
#include <sys/types.h>

namespace llvm {
class LLVMContext;
} // namespace llvm

namespace mlra {

/// What a copy may use up. The kernel ends it, so that nobody has to watch. 0: no limit.
struct ForkLimits {
  double ProcessorSeconds = 20;
  double WallSeconds = 60;
  uint64_t MemoryBytes = uint64_t(4) << 30; ///< beyond what the compiler holds at the fork
};

/// What a copy said, and how it ended if it did not say all of it.
struct LastWords {
  std::string Said;
  std::string Problem; ///< empty where it ended as it should
};

class ForkedCompiler {
public:
  /// Forks; afterwards `isCopy` tells the two apart, and `problem` why there is no copy.
  explicit ForkedCompiler(const ForkLimits &Limits, llvm::LLVMContext &Context);
  ForkedCompiler(const ForkedCompiler &) = delete;
  ForkedCompiler &operator=(const ForkedCompiler &) = delete;

  bool isCopy() const { return Child == 0; }
  const std::string &problem() const { return Problem; }

  /// To be called once by the compiler: waits for the copy's end.
  LastWords hearOut();

  /// To be called by the copy: says its last word and ends, without running anything that the compiler has for its own
  /// end.
  [[noreturn]] void end(llvm::StringRef LastWord) const;

private:
  pid_t Child = -1;
  int Pipe = -1;
  std::string Problem;
};

} // namespace mlra

#endif
