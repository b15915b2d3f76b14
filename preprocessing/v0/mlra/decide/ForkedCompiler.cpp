//===- ForkedCompiler.cpp - A copy of the compiler that tries and dies ----===//
#include "decide/ForkedCompiler.h"

#include "llvm/IR/DiagnosticHandler.h"
#include "llvm/IR/DiagnosticInfo.h"
#include "llvm/IR/DiagnosticPrinter.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/Support/ErrorHandling.h"
#include "llvm/Support/raw_ostream.h"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

using namespace llvm;

namespace mlra {

namespace {

/// First byte of what goes through the pipe.
constexpr char Complete = '+', Failed = '-';

int PipeOfCopy = -1; // the handlers below are called without a place for a value of ours

[[noreturn]] void sayAndEnd(char Kind, StringRef Text) {
  std::string Whole = (Twine(Kind) + Text).str();
  for (size_t Done = 0; Done < Whole.size();) {
    ssize_t Written = write(PipeOfCopy, Whole.data() + Done, Whole.size() - Done);
    if (Written < 0 && errno == EINTR)
      continue;
    if (Written <= 0)
      _exit(1);
    Done += Written;
  }
  _exit(0);
}

void endAtFatalError(void *, const char *Reason, bool) { sayAndEnd(Failed, Reason); }

/// The heap is used up: nothing may be allocated any more.
void endWithoutMemory(void *, const char *, bool) {
  static constexpr char Words[] = "-out of memory";
  ssize_t Written = write(PipeOfCopy, Words, sizeof Words - 1);
  _exit(Written < 0);
}

/// LLVM's allocators report that they ran out of registers in this way, and go on.
struct EndAtError final : DiagnosticHandler {
  bool handleDiagnostics(const DiagnosticInfo &Info) override {
    if (Info.getSeverity() == DS_Error) {
      std::string Text;
      raw_string_ostream OS(Text);
      DiagnosticPrinterRawOStream Printer(OS);
      Info.print(Printer);
      sayAndEnd(Failed, OS.str());
    }
    return true; // the rest is not for the user
  }
};

/// The compiler's own handlers remove its output files.
void takeDefaultSignals() {
  for (int Signal = 1; Signal < NSIG; ++Signal)
    if (Signal != SIGKILL && Signal != SIGSTOP)
      signal(Signal, SIG_DFL);
  sigset_t None;
  sigemptyset(&None);
  sigprocmask(SIG_SETMASK, &None, nullptr);
}

void setTimer(int Kind, double Seconds) {
  if (Seconds <= 0)
    return;
  itimerval Timer{};
  Timer.it_value.tv_sec = static_cast<time_t>(Seconds);
  Timer.it_value.tv_usec = static_cast<suseconds_t>((Seconds - static_cast<double>(Timer.it_value.tv_sec)) * 1e6);
  setitimer(Kind, &Timer, nullptr);
}

uint64_t addressSpaceBytes() {
  unsigned long long Pages = 0;
  if (FILE *File = fopen("/proc/self/statm", "r")) {
    if (fscanf(File, "%llu", &Pages) != 1)
      Pages = 0;
    fclose(File);
  }
  return Pages * static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
}

void limit(const ForkLimits &Limits) {
  rlimit NoCore{0, 0};
  setrlimit(RLIMIT_CORE, &NoCore);
  setTimer(ITIMER_PROF, Limits.ProcessorSeconds);
  setTimer(ITIMER_REAL, Limits.WallSeconds);
  rlimit Space;
  if (Limits.MemoryBytes && !getrlimit(RLIMIT_AS, &Space)) {
    rlim_t Most = addressSpaceBytes() + Limits.MemoryBytes;
    if (Space.rlim_cur == RLIM_INFINITY || Most < Space.rlim_cur)
      Space.rlim_cur = Most;
    setrlimit(RLIMIT_AS, &Space);
  }
}

/// What the compiler has open are its output, its remarks, its connections: the place in a file is shared, and so is a
/// lock. Standard output and error lead nowhere.
void closeFiles() {
  std::vector<int> Open;
  if (DIR *Folder = opendir("/proc/self/fd")) {
    while (const dirent *Entry = readdir(Folder))
      Open.push_back(atoi(Entry->d_name)); // "." and ".." count as 0
    closedir(Folder);
  }
  for (int Descriptor : Open)
    if (Descriptor > STDERR_FILENO && Descriptor != PipeOfCopy)
      close(Descriptor);
  int Nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);
  for (int Standard : {STDOUT_FILENO, STDERR_FILENO})
    dup2(Nowhere, Standard);
}

void becomeCopy(const ForkLimits &Limits, LLVMContext &Context, pid_t Compiler) {
  takeDefaultSignals();
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != Compiler) // it died meanwhile
    _exit(1);
  closeFiles();
  limit(Limits);
  remove_fatal_error_handler();
  install_fatal_error_handler(endAtFatalError);
  remove_bad_alloc_error_handler();
  install_bad_alloc_error_handler(endWithoutMemory);
  Context.setDiagnosticHandler(std::make_unique<EndAtError>());
}

std::string wordOf(int Signal) {
  switch (Signal) {
  case SIGPROF:
    return "out of processor time";
  case SIGALRM:
    return "out of time";
  default:
    const char *Name = sigabbrev_np(Signal);
    return Name ? std::string("SIG") + Name : "signal " + std::to_string(Signal);
  }
}

std::string endingOf(int Status) {
  if (WIFSIGNALED(Status))
    return wordOf(WTERMSIG(Status));
  return "ended with " + std::to_string(WEXITSTATUS(Status)) + " without an answer";
}

} // namespace

ForkedCompiler::ForkedCompiler(const ForkLimits &Limits, LLVMContext &Context) {
  int Ends[2];
  if (pipe2(Ends, O_CLOEXEC)) {
    Problem = std::string("no pipe: ") + strerror(errno);
    return;
  }
  pid_t Compiler = getpid();
  Child = fork();
  if (Child == 0) {
    close(Ends[0]);
    Pipe = PipeOfCopy = Ends[1];
    becomeCopy(Limits, Context, Compiler);
    return;
  }
  if (Child < 0)
    Problem = std::string("no fork: ") + strerror(errno);
  close(Ends[1]);
  Pipe = Ends[0];
}

LastWords ForkedCompiler::hearOut() {
  std::string All;
  char Chunk[4096];
  for (;;) {
    ssize_t Size = read(Pipe, Chunk, sizeof Chunk);
    if (Size < 0 && errno == EINTR)
      continue;
    if (Size <= 0)
      break;
    All.append(Chunk, Size);
  }
  close(Pipe);
  int Status = 0;
  while (Child > 0 && waitpid(Child, &Status, 0) < 0 && errno == EINTR) {
  }
  if (!Problem.empty())
    return {"", Problem};
  if (All.empty() || Status)
    return {"", endingOf(Status)};
  std::string Text = All.substr(1);
  return All[0] == Complete ? LastWords{Text, ""} : LastWords{"", Text};
}

void ForkedCompiler::end(StringRef LastWord) const { sayAndEnd(Complete, LastWord); }

} // namespace mlra
