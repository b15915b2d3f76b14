//===- FifoPair.h - Two named pipes, each wait with a limit ---------------===//
//
// BASE.in is read and BASE.out written, both without ever blocking: the other side may be absent, slow, or die between
// two bytes. It opens .in first and then .out, as MLCompilerBridge and LLVM have it, and may do so again for the next
// compiler while this one has begun to speak: until something was heard, a pipe that is closed may be opened again. It
// may also put new files in the place of these. Of several compilers one at a time speaks: the pipe's lock is its.
//
//===----------------------------------------------------------------------===//
#ifndef MLRA_RUN_FIFOPAIR_H
#define MLRA_RUN_FIFOPAIR_H

#include <chrono>
#include <cstddef>
#include <string>

#include <sys/types.h>

namespace mlrun {

class FifoPair {
public:
  using Clock = std::chrono::steady_clock;

  explicit FifoPair(std::string Base) : InPath(Base + ".in"), OutPath(Base + ".out") {}
  ~FifoPair() { close(); }
  FifoPair(const FifoPair &) = delete;
  FifoPair &operator=(const FifoPair &) = delete;

  bool isOpen() const { return Out >= 0; }

  /// Waits for the files, and for somebody who reads. "" or what went wrong, as all of these.
  std::string open(Clock::time_point Until);

  std::string write(const std::string &Bytes, Clock::time_point Until);

  std::string read(char *To, size_t Size, Clock::time_point Until);

  /// Wrong if there is something to read before anything was asked.
  std::string expectSilence() const;

  void close();

private:
  std::string openBoth(Clock::time_point Until);
  std::string openIn(Clock::time_point Until);
  std::string openOut(Clock::time_point Until);
  bool inWasReplaced() const;
  bool mayComeBack(Clock::time_point Until);

  std::string InPath, OutPath;
  int In = -1, Out = -1;
  bool Heard = false;
  Clock::time_point GoneSince = Clock::time_point::max();
};

} // namespace mlrun

#endif
