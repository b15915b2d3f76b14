//===- RunLimit.cpp - Whoever ends what runs too long ---------------------===//
#include "run/RunLimit.h"

#include <limits>

namespace mlrun {

/// What both threads know. `Until` is 0 while nothing runs; `WakesAt` is when the thread looks at it again by itself.
struct RunLimit::Watch {
  RunLimit *Limit;
  pthread_t Thread;
  std::mutex Guard;
  std::condition_variable Changed;
  std::atomic<int64_t> Until{0}, WakesAt{0};
  std::atomic<bool> Stopped{false};
  bool Ends = false;
};

namespace {

constexpr int64_t Never = std::numeric_limits<int64_t>::max();

RunLimit::Clock::time_point timeOf(int64_t Ticks) {
  return RunLimit::Clock::time_point(RunLimit::Clock::duration(Ticks));
}

} // namespace

void *RunLimit::watch(void *Given) {
  Watch &Mine = *static_cast<Watch *>(Given);
  std::unique_lock<std::mutex> Locked(Mine.Guard);
  while (!Mine.Ends) {
    int64_t Until = Mine.Until;
    if (Until != 0 && Clock::now() >= timeOf(Until)) {
      if (Mine.Until.compare_exchange_strong(Until, 0)) {
        Mine.Stopped = true;
        Mine.Limit->Stop();
      }
      continue;
    }
    Mine.WakesAt = Until ? Until : Never;
    const auto IsSooner = [&] { return Mine.Ends || (Mine.Until != 0 && Mine.Until < Mine.WakesAt); };
    if (Until)
      Mine.Changed.wait_until(Locked, timeOf(Until), IsSooner);
    else
      Mine.Changed.wait(Locked, IsSooner);
  }
  return nullptr;
}

void RunLimit::begin(Clock::time_point Until) {
  if (Owner != getpid()) { // what the parent's thread held stays behind, unfit for use
    Owner = getpid();
    Current = new Watch;
    Current->Limit = this;
    if (pthread_create(&Current->Thread, nullptr, watch, Current) != 0) {
      delete Current; // no thread to be had: the computation then ends when it ends
      Current = nullptr;
    }
  }
  if (!Current)
    return;
  Current->Stopped = false;
  Current->Until = Until.time_since_epoch().count();
  if (Current->Until < Current->WakesAt) {
    std::lock_guard<std::mutex> Locked(Current->Guard);
    Current->Changed.notify_one();
  }
}

bool RunLimit::end() {
  if (!Current)
    return false;
  if (Current->Until.exchange(0) == 0) { // the thread has begun to stop it: not before it has done so
    std::lock_guard<std::mutex> Locked(Current->Guard);
    return Current->Stopped;
  }
  return false;
}

RunLimit::~RunLimit() {
  if (!Current || Owner != getpid())
    return;
  {
    std::lock_guard<std::mutex> Locked(Current->Guard);
    Current->Ends = true;
    Current->Changed.notify_one();
  }
  pthread_join(Current->Thread, nullptr);
  delete Current;
}

} // namespace mlrun
