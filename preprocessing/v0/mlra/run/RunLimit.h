//===- RunLimit.h - Whoever ends what runs too long -----------------------===//
//
// A computation in this process has no wait that could have a limit: somebody else must tell it to stop. The thread
// sleeps until a deadline that was known, so that a computation costs two stores to memory and no system call. It is
// begun anew in a process that was forked since.
//
//===----------------------------------------------------------------------===//
#ifndef MLRA_RUN_RUNLIMIT_H
#define MLRA_RUN_RUNLIMIT_H

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>

#include <pthread.h>
#include <unistd.h>

namespace mlrun {

class RunLimit {
public:
  using Clock = std::chrono::steady_clock;

  /// `Stop` is called from another thread.
  explicit RunLimit(std::function<void()> Stop) : Stop(std::move(Stop)) {}
  ~RunLimit();
  RunLimit(const RunLimit &) = delete;
  RunLimit &operator=(const RunLimit &) = delete;

  void begin(Clock::time_point Until);

  /// True if the computation was told to stop.
  bool end();

private:
  struct Watch;
  static void *watch(void *Given);

  std::function<void()> Stop;
  Watch *Current = nullptr;
  pid_t Owner = 0;
};

} // namespace mlrun

#endif
