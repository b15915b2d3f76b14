//===- FifoPair.cpp - Two named pipes, each wait with a limit -------------===//
#include "run/FifoPair.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <ctime>

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace mlrun {

namespace {

/// How long a side that is gone is waited for before it was heard: to open a pipe again takes microseconds.
constexpr std::chrono::milliseconds Grace(1000);

int millisecondsUntil(FifoPair::Clock::time_point Until) {
  const auto Left = std::chrono::ceil<std::chrono::milliseconds>(Until - FifoPair::Clock::now()).count();
  return static_cast<int>(std::clamp<int64_t>(Left, 0, 1000000));
}

/// False once the time is over.
bool nap(FifoPair::Clock::time_point Until, int Milliseconds = 1) {
  const int Left = millisecondsUntil(Until);
  ::poll(nullptr, 0, std::min(Left, Milliseconds));
  return Left > 0;
}

/// The bits that became ready; 0 once the time is over.
short ready(int File, short Events, FifoPair::Clock::time_point Until) {
  pollfd Watched{File, Events, 0};
  for (;;) {
    const int Left = millisecondsUntil(Until);
    const int Count = ::poll(&Watched, 1, Left);
    if (Count > 0)
      return Watched.revents;
    if (Count == 0 && Left == 0)
      return 0;
  }
}

/// No SIGPIPE for this thread as long as this lives: one that a write raised is taken away, an earlier one is kept.
class NoBrokenPipeSignal {
public:
  NoBrokenPipeSignal() {
    sigemptyset(&OnlyPipe);
    sigaddset(&OnlyPipe, SIGPIPE);
    sigset_t Pending;
    sigpending(&Pending);
    WasPending = sigismember(&Pending, SIGPIPE) == 1;
    pthread_sigmask(SIG_BLOCK, &OnlyPipe, &Before);
  }
  ~NoBrokenPipeSignal() {
    const int Error = errno;
    const timespec Now{0, 0};
    if (!WasPending)
      while (sigtimedwait(&OnlyPipe, nullptr, &Now) == -1 && errno == EINTR)
        ;
    pthread_sigmask(SIG_SETMASK, &Before, nullptr);
    errno = Error;
  }

private:
  sigset_t OnlyPipe, Before;
  bool WasPending;
};

std::string failed(const std::string &Path) { return Path + ": " + std::strerror(errno); }

bool isPipe(int File) {
  struct stat Status;
  return ::fstat(File, &Status) == 0 && S_ISFIFO(Status.st_mode);
}

} // namespace

std::string FifoPair::open(Clock::time_point Until) {
  std::string Wrong;
  do {
    close();
    Wrong = openBoth(Until);
  } while (Wrong.empty() && inWasReplaced()); // by a server that has taken another compiler meanwhile
  if (!Wrong.empty())
    close();
  return Wrong;
}

std::string FifoPair::openBoth(Clock::time_point Until) {
  std::string Wrong = openIn(Until);
  return Wrong.empty() ? openOut(Until) : Wrong;
}

std::string FifoPair::openIn(Clock::time_point Until) {
  while ((In = ::open(InPath.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC)) < 0)
    if ((errno != ENOENT && errno != EINTR) || !nap(Until, 5))
      return failed(InPath);
  if (!isPipe(In))
    return InPath + " is no pipe";
  while (::flock(In, LOCK_EX | LOCK_NB) != 0 && !inWasReplaced())
    if ((errno != EWOULDBLOCK && errno != EINTR) || !nap(Until))
      return InPath + ": another compiler is still asking";
  return "";
}

std::string FifoPair::openOut(Clock::time_point Until) {
  while ((Out = ::open(OutPath.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC)) < 0) {
    if (errno != ENOENT && errno != EINTR && errno != ENXIO)
      return failed(OutPath);
    if (!nap(Until))
      return OutPath + ": nobody opened it to read within the limit";
    if (inWasReplaced()) // an earlier server's; whoever made the new one waits for somebody to open it
      return "";
  }
  return isPipe(Out) ? "" : OutPath + " is no pipe";
}

bool FifoPair::inWasReplaced() const {
  struct stat Opened, Named;
  return ::fstat(In, &Opened) == 0 && ::stat(InPath.c_str(), &Named) == 0 &&
         (Opened.st_ino != Named.st_ino || Opened.st_dev != Named.st_dev);
}

/// Waits a moment for a side that is gone; false if it is gone for good.
bool FifoPair::mayComeBack(Clock::time_point Until) {
  if (Heard)
    return false;
  const auto Now = Clock::now();
  GoneSince = std::min(GoneSince, Now);
  return nap(std::min(Until, GoneSince + Grace));
}

std::string FifoPair::write(const std::string &Bytes, Clock::time_point Until) {
  const NoBrokenPipeSignal Guard;
  for (size_t Done = 0; Done < Bytes.size();) {
    const ssize_t Count = ::write(Out, Bytes.data() + Done, Bytes.size() - Done);
    if (Count > 0) {
      Done += Count;
    } else if (errno == EPIPE) {
      if (!mayComeBack(Until))
        return OutPath + ": the model's side closed it";
    } else if (errno == EAGAIN) {
      if (!ready(Out, POLLOUT, Until))
        return OutPath + ": the model's side did not read " + std::to_string(Bytes.size()) + " bytes within the limit";
    } else if (errno != EINTR) {
      return failed(OutPath);
    }
  }
  return "";
}

std::string FifoPair::read(char *To, size_t Size, Clock::time_point Until) {
  for (size_t Done = 0; Done < Size;) {
    const ssize_t Count = ::read(In, To + Done, Size - Done);
    if (Count > 0) {
      Done += Count;
      Heard = true;
      GoneSince = Clock::time_point::max();
      continue;
    }
    const std::string Progress = " after " + std::to_string(Done) + " of " + std::to_string(Size) + " bytes";
    if (Count == 0) {
      if (!mayComeBack(Until))
        return InPath + ": the model's side closed it" + Progress;
    } else if (errno == EAGAIN) {
      if (!ready(In, POLLIN, Until))
        return InPath + ": no answer within the limit," + Progress;
    } else if (errno != EINTR) {
      return failed(InPath);
    }
    if (Clock::now() >= Until && Done < Size)
      return InPath + ": no answer within the limit," + Progress;
  }
  return "";
}

std::string FifoPair::expectSilence() const {
  pollfd Watched{In, POLLIN, 0};
  if (::poll(&Watched, 1, 0) > 0 && (Watched.revents & POLLIN))
    return InPath + ": the model said more than it was asked for";
  return "";
}

void FifoPair::close() {
  for (int *File : {&In, &Out}) {
    if (*File >= 0)
      ::close(*File);
    *File = -1;
  }
  Heard = false;
  GoneSince = Clock::time_point::max();
}

} // namespace mlrun
