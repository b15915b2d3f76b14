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
#include <thread>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

using namespace llvm;

namespace mlra {

namespace {

using Clock = std::chrono::steady_clock;

constexpr char TooLate[] = "no decision within the time limit";
constexpr size_t LargestList = size_t(1) << 28;
constexpr std::chrono::microseconds LongestPause(5000);

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
void becomeChild(pid_t Compiler) {
#ifdef __linux__
  prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
  if (getppid() != Compiler) // it died meanwhile
    _exit(1);
  for (int Signal : {SIGSEGV, SIGABRT, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGINT, SIGTERM, SIGHUP, SIGQUIT})
    signal(Signal, SIG_DFL);
  signal(SIGPIPE, SIG_IGN);
  rlimit NoCore{0, 0};
  setrlimit(RLIMIT_CORE, &NoCore);
  remove_fatal_error_handler();
  install_fatal_error_handler(endQuietly);
}

[[noreturn]] void runChild(function_ref<std::string(std::vector<Decision> &)> Talk, int To, pid_t Compiler) {
  becomeChild(Compiler);
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
      return TooLate;
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

/// Whether the child, which has closed its end, is gone by then.
bool isGone(pid_t Child, Clock::time_point Deadline, int &Status) {
  for (auto Pause = std::chrono::microseconds(50); Clock::now() < Deadline; Pause = std::min(2 * Pause, LongestPause)) {
    if (waitpid(Child, &Status, WNOHANG))
      return true;
    std::this_thread::sleep_for(Pause);
  }
  return false;
}

void end(pid_t Child) {
  kill(Child, SIGKILL);
  while (waitpid(Child, nullptr, 0) < 0 && errno == EINTR) {
  }
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
  pid_t Compiler = getpid(), Child = fork();
  if (Child == 0) {
    close(Ends[0]);
    runChild(Talk, Ends[1], Compiler);
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
  int Status = 0;
  if (Problem.empty() && isGone(Child, Deadline, Status))
    return answerOf(Text, Status, Decisions);
  end(Child);
  return Problem.empty() ? TooLate : Problem;
}

} // namespace mlra
