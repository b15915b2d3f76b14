//===- Rehearsal.cpp - Decisions found in a fork of the compiler ----------===//
#include "decide/Rehearsal.h"

#include "decide/DecisionText.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/ErrorHandling.h"
#include "llvm/Support/raw_ostream.h"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <poll.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

using namespace llvm;

namespace mlra {

namespace {

using Clock = std::chrono::steady_clock;

constexpr size_t LargestList = size_t(1) << 28;

// The answer is a letter, 'd' and the list of decisions or 'f' and the reason; without it the child did not end well.

void writeAll(int To, StringRef Text) {
  while (!Text.empty()) {
    ssize_t Written = write(To, Text.data(), Text.size());
    if (Written < 0 && errno == EINTR)
      continue;
    if (Written <= 0)
      return;
    Text = Text.drop_front(Written);
  }
}

void endQuietly(void *, const char *, bool) { _exit(1); }

/// A child that crashes ends like any process: no report of a bug in clang, no core, no temporary file of clang
/// removed.
void becomeChild() {
#ifdef __linux__
  prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
  for (int Signal : {SIGSEGV, SIGABRT, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGINT, SIGTERM, SIGHUP, SIGQUIT})
    signal(Signal, SIG_DFL);
  signal(SIGPIPE, SIG_IGN);
  rlimit NoCore{0, 0};
  setrlimit(RLIMIT_CORE, &NoCore);
  remove_fatal_error_handler();
  install_fatal_error_handler(endQuietly);
}

[[noreturn]] void runChild(function_ref<std::string(std::vector<Decision> &)> Talk, int To) {
  becomeChild();
  std::vector<Decision> Decisions;
  std::string Problem = Talk(Decisions);
  writeAll(To, Problem.empty() ? "d" + decisionListText(Decisions) : "f" + Problem);
  _exit(0);
}

/// Reads until the other end is closed. Returns what went wrong, or "".
std::string readUntilEnd(int From, Clock::time_point Deadline, std::string &Text) {
  for (;;) {
    auto Left = std::chrono::duration_cast<std::chrono::milliseconds>(Deadline - Clock::now()).count();
    pollfd Wait{From, POLLIN, 0};
    int Ready = Left > 0 ? poll(&Wait, 1, static_cast<int>(std::min<long long>(Left, 1 << 30))) : 0;
    if (Ready < 0 && errno == EINTR)
      continue;
    if (Ready <= 0)
      return "no decision within the time limit";
    char Chunk[1 << 16];
    ssize_t Read = read(From, Chunk, sizeof(Chunk));
    if (Read < 0 && errno == EINTR)
      continue;
    if (Read <= 0)
      return "";
    Text.append(Chunk, Read);
    if (Text.size() > LargestList)
      return "more decisions than the function can have";
  }
}

int waitFor(pid_t Child) {
  int Status = 0;
  while (waitpid(Child, &Status, 0) < 0 && errno == EINTR) {
  }
  return Status;
}

std::string answerOf(StringRef Text, int Status, std::vector<Decision> &Decisions) {
  if (Text.consume_front("f"))
    return Text.str();
  if (WIFSIGNALED(Status))
    return std::string("the rehearsal ended by ") + strsignal(WTERMSIG(Status));
  if (Status || !Text.consume_front("d"))
    return "the rehearsal ended without an answer";
  std::string Problem = parseDecisionList(Text, Decisions);
  return Problem.empty() ? "" : "the rehearsal's answer: " + Problem;
}

} // namespace

std::string rehearse(function_ref<std::string(std::vector<Decision> &)> Talk, std::vector<Decision> &Decisions,
                     std::chrono::milliseconds Limit) {
  int Ends[2];
  if (pipe(Ends))
    return std::string("pipe: ") + strerror(errno);
  Clock::time_point Deadline = Clock::now() + Limit;
  outs().flush(); // what lies in the buffers would be written twice
  errs().flush();
  fflush(nullptr);
  pid_t Child = fork();
  if (Child == 0) {
    close(Ends[0]);
    runChild(Talk, Ends[1]);
  }
  close(Ends[1]);
  std::string Text, Problem;
  if (Child < 0)
    Problem = std::string("fork: ") + strerror(errno);
  else
    Problem = readUntilEnd(Ends[0], Deadline, Text);
  close(Ends[0]);
  if (Child < 0)
    return Problem;
  if (!Problem.empty())
    kill(Child, SIGKILL);
  int Status = waitFor(Child);
  return Problem.empty() ? answerOf(Text, Status, Decisions) : Problem;
}

} // namespace mlra
