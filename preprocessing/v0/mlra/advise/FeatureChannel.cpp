//===- FeatureChannel.cpp - LLVM's interactive channel, held at both ends -===//
#include "advise/FeatureChannel.h"

#include "llvm/Support/FileSystem.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

using namespace llvm;

namespace mlra {

namespace {

constexpr size_t WindowBytes = 4 << 20;
constexpr size_t AnswersAtOnce = 4096;

std::string failed(const char *What) { return std::string(What) + ": " + strerror(errno); }

/// A file in memory, and a name for it in the folder.
std::string makeFile(const std::string &Name, int &Descriptor) {
  Descriptor = memfd_create("mlra-channel", MFD_CLOEXEC);
  if (Descriptor < 0)
    return failed("no file in memory");
  std::string Memory = "/proc/self/fd/" + std::to_string(Descriptor);
  return symlink(Memory.c_str(), Name.c_str()) ? failed("no name for a file in memory") : "";
}

} // namespace

FeatureChannel::~FeatureChannel() {
  unmap();
  removeNames();
  for (int Descriptor : {In, Out})
    if (Descriptor >= 0)
      ::close(Descriptor);
}

std::string FeatureChannel::open() {
  SmallString<128> Made;
  if (std::error_code Error = sys::fs::createUniqueDirectory("mlra-channel", Made))
    return "no folder for temporary files: " + Error.message();
  Folder = Made.str().str();
  Base = Folder + "/channel";
  if (std::string Wrong = makeFile(Base + ".in", In); !Wrong.empty())
    return Wrong;
  if (std::string Wrong = makeFile(Base + ".out", Out); !Wrong.empty())
    return Wrong;
  return prepare();
}

void FeatureChannel::removeNames() {
  if (Folder.empty())
    return;
  unlink((Base + ".in").c_str());
  unlink((Base + ".out").c_str());
  rmdir(Folder.c_str());
  Folder.clear();
}

std::string FeatureChannel::opened() {
  removeNames();
  return map();
}

std::string FeatureChannel::prepare() {
  if (Asked < Prepared)
    return "";
  std::string Answers;
  for (size_t I = 0; I < AnswersAtOnce; ++I)
    Answers += Answer;
  ssize_t Done = pwrite(In, Answers.data(), Answers.size(), Prepared * Answer.size());
  if (Done != static_cast<ssize_t>(Answers.size()))
    return failed("answers cannot be written");
  Prepared += AnswersAtOnce;
  return "";
}

/// Begins a window where LLVM writes next; what lies before it is given back.
std::string FeatureChannel::map() {
  const size_t Page = sysconf(_SC_PAGESIZE);
  const size_t Next = WindowBegin + Position, Begin = Next / Page * Page;
  unmap();
  if (Begin)
    fallocate(Out, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, Begin);
  if (ftruncate(Out, Begin + WindowBytes))
    return failed("a file in memory does not grow");
  void *Mapped = mmap(nullptr, WindowBytes, PROT_READ, MAP_SHARED, Out, Begin);
  if (Mapped == MAP_FAILED)
    return failed("no memory for features");
  Window = static_cast<char *>(Mapped);
  WindowBegin = Begin;
  Position = Next - Begin;
  return "";
}

void FeatureChannel::unmap() {
  if (Window)
    munmap(Window, WindowBytes);
  Window = nullptr;
}

/// The line at the position; empty if none has been written to its end. Behind what is written there are zeros.
StringRef FeatureChannel::line() const {
  StringRef Rest(Window + Position, strnlen(Window + Position, WindowBytes - Position));
  size_t End = Rest.find('\n');
  return End == StringRef::npos ? StringRef() : Rest.take_front(End + 1);
}

const char *FeatureChannel::next(std::string &Problem) {
  if (Position > WindowBytes / 2)
    Problem = map();
  while (Problem.empty()) {
    if (!Window[Position])
      return nullptr;
    StringRef Line = line();
    if (Line.empty())
      return nullptr;
    Position += Line.size();
    if (Line.starts_with("{\"observation\"")) {
      const char *Raw = Window + Position;
      Position += Layout.Bytes + 1;
      ++Asked;
      if (Position > WindowBytes || Window[Position - 1] != '\n')
        Problem = "LLVM wrote an observation that is not as long as its header says";
      return Problem.empty() ? Raw : nullptr;
    }
    if (Line.starts_with("{\"features\""))
      Problem = readLayout(Line.drop_back(), Layout);
  }
  return nullptr;
}

} // namespace mlra
