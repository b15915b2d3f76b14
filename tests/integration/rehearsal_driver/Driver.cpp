//===- Driver.cpp - A rehearsal with a child of each kind -----------------===//
//
// rehearsal KIND MILLISECONDS: what the compiler is left with, and whether the rehearsal left anything behind.
//
//===----------------------------------------------------------------------===//
#include "decide/DecisionText.h"
#include "decide/Rehearsal.h"

#include "llvm/Support/ErrorHandling.h"

#include <cerrno>
#include <csignal>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace mlra;

static bool IsForkRefused = false, DiesFirst = false;

// In front of the C library's, for the plugin, too.

extern "C" pid_t fork() {
  if (IsForkRefused) {
    errno = EAGAIN;
    return -1;
  }
  return _Fork();
}

/// What a child calls to end with the compiler: late, if the compiler is to die first.
extern "C" int prctl(int Option, ...) {
  va_list More;
  va_start(More, Option);
  const unsigned long Value = va_arg(More, unsigned long);
  va_end(More);
  const pid_t Compiler = getppid();
  if (DiesFirst && Option == PR_SET_PDEATHSIG) {
    kill(Compiler, SIGKILL);
    while (getppid() == Compiler)
      sched_yield();
  }
  return static_cast<int>(syscall(SYS_prctl, Option, Value, 0, 0, 0));
}

namespace {

using Talk = std::string (*)(std::vector<Decision> &);

int lowestFree() {
  int File = dup(0);
  close(File);
  return File;
}

/// The child's end of the pipe: its other end is the lowest number that was free in front of it, and closed by now.
int childsEnd() { return lowestFree() + 1; }

void say(const char *Text) {
  if (write(childsEnd(), Text, strlen(Text)) < 0)
    _exit(7);
}

[[noreturn]] void waitForEver() {
  for (;;)
    pause();
}

std::string answers(std::vector<Decision> &List) {
  std::string Problem = parseDecisionList("[[\"spill\", 7], [\"split\", 5, 2, \"spill-tail\"]]", List);
  return Problem;
}
std::string answersNothing(std::vector<Decision> &) { return ""; }
std::string answersMuch(std::vector<Decision> &List) {
  std::string Text = "[[\"spill\", 0]";
  for (int I = 1; I < 100000; ++I)
    Text += ", [\"spill\", " + std::to_string(I) + "]";
  return parseDecisionList(Text + "]", List);
}
std::string fails(std::vector<Decision> &) { return "the model is gone"; }
std::string dies(int Signal) {
  raise(Signal);
  return "";
}
std::string crashes(std::vector<Decision> &) { return dies(SIGSEGV); }
std::string aborts(std::vector<Decision> &) { abort(); }
std::string isKilled(std::vector<Decision> &) { return dies(SIGKILL); }
std::string isStopped(std::vector<Decision> &) { return dies(SIGSTOP); }
std::string isFatal(std::vector<Decision> &) { llvm::report_fatal_error("no such instruction"); }
std::string exits(std::vector<Decision> &) { exit(3); }
std::string exitsWell(std::vector<Decision> &) { _exit(0); }
std::string hangs(std::vector<Decision> &) { waitForEver(); }
std::string spins(std::vector<Decision> &) {
  for (volatile unsigned Turn = 0;;)
    Turn = Turn + 1;
}
std::string halfAndEnds(std::vector<Decision> &) {
  say("d[[\"spill\", 7], [\"spl");
  _exit(0);
}
std::string halfAndIsKilled(std::vector<Decision> &) {
  say("d[[\"spill\", 7], [\"spl");
  return dies(SIGKILL);
}
std::string halfAndHangs(std::vector<Decision> &) {
  say("d[[\"spill\", 7], [\"spl");
  waitForEver();
}
std::string wholeAndIsKilled(std::vector<Decision> &) {
  say("d[[\"spill\", 7]]");
  return dies(SIGKILL);
}
std::string rubbish(std::vector<Decision> &) {
  say("dhello");
  _exit(0);
}
std::string anotherLetter(std::vector<Decision> &) {
  say("x[]");
  _exit(0);
}
std::string deepRubbish(std::vector<Decision> &) {
  say("d");
  for (int I = 0; I < 10000; ++I)
    say("[[[[[[[[[[");
  _exit(0);
}
std::string withoutEnd(std::vector<Decision> &) {
  std::string Chunk(1 << 20, '[');
  for (;;)
    say(Chunk.c_str());
}
std::string closesAndHangs(std::vector<Decision> &) {
  close(childsEnd());
  waitForEver();
}
std::string closesAndAnswers(std::vector<Decision> &List) {
  close(childsEnd());
  return answers(List);
}
std::string saysThatItIsThere(std::vector<Decision> &) {
  printf("child\n");
  fflush(stdout);
  waitForEver();
}
/// Its own child holds the pipe open.
std::string leavesAChild(std::vector<Decision> &) {
  if (!fork()) {
    close(STDOUT_FILENO);
    close(STDERR_FILENO);
    alarm(100);
    waitForEver();
  }
  return dies(SIGSEGV);
}

const std::map<std::string, Talk> Kinds = {
    {"answers", answers},
    {"answers-nothing", answersNothing},
    {"answers-much", answersMuch},
    {"fails", fails},
    {"crashes", crashes},
    {"aborts", aborts},
    {"is-killed", isKilled},
    {"is-stopped", isStopped},
    {"is-fatal", isFatal},
    {"exits", exits},
    {"exits-well", exitsWell},
    {"hangs", hangs},
    {"spins", spins},
    {"half-and-ends", halfAndEnds},
    {"half-and-is-killed", halfAndIsKilled},
    {"half-and-hangs", halfAndHangs},
    {"whole-and-is-killed", wholeAndIsKilled},
    {"rubbish", rubbish},
    {"another-letter", anotherLetter},
    {"deep-rubbish", deepRubbish},
    {"without-end", withoutEnd},
    {"closes-and-hangs", closesAndHangs},
    {"closes-and-answers", closesAndAnswers},
    {"is-there", saysThatItIsThere},
    {"outlives-the-compiler", hangs},
    {"leaves-a-child", leavesAChild},
    {"no-fork", answers},
    {"no-pipe", answers},
    {"ignored-children", answers},
    {"crashes-among-ignored-children", crashes},
};

void prepare(const std::string &Kind) {
  IsForkRefused = Kind == "no-fork";
  DiesFirst = Kind == "outlives-the-compiler";
  if (Kind == "no-pipe") {
    rlimit Few{static_cast<rlim_t>(lowestFree()), static_cast<rlim_t>(lowestFree())};
    setrlimit(RLIMIT_NOFILE, &Few);
  }
  if (Kind.find("ignored-children") != std::string::npos)
    signal(SIGCHLD, SIG_IGN);
}

} // namespace

int main(int Count, char **Words) {
  if (Count != 3 || !Kinds.count(Words[1]))
    return 2;
  prepare(Words[1]);
  printf("%d begins\n", getpid()); // stays in the buffer: must come out once
  int Free = lowestFree();
  std::vector<Decision> List;
  std::string Problem = rehearse(Kinds.at(Words[1]), List, std::chrono::milliseconds(std::atoi(Words[2])));
  printf("problem %s\n", Problem.c_str());
  printf("decisions %s\n", decisionListText(List).c_str());
  printf("files left %d\n", lowestFree() - Free);
  printf("children left %d\n", waitpid(-1, nullptr, WNOHANG) < 0 && errno == ECHILD ? 0 : 1);
  return 0;
}
