//===- CompilerServer.c - A loaded compiler that forks itself for every command --===//
//
// Preloaded into a stock clang, it takes the place of `main`: by then the dynamic linker and the static constructors
// are done, and no line of the compiler has run yet. For every command it forks a child, and the child calls the
// compiler's own `main` as the system would have done. Nothing that one command does is seen by the next.
//
//   LD_PRELOAD=libcompiler-server.so MLRA_SERVER_SOCKET=3 MLRA_SERVER_PLUGIN=libmlra.so clang --version
//
// (A third word of spaces makes room for the command lines that the children show.)
//
// Descriptor 3 is a SOCK_SEQPACKET socket. The server says "r" when it is ready, ends when the other side is closed,
// and takes packets of one byte with descriptors: a stream socket for the conversation with the child, its stdout, its
// stderr, the Landlock ruleset of a child that is confined, and what else the child shall have. The conversation:
//
//   child <- uint32 bytes of text, uint32 words, uint32 variables, uint32 descriptors that it shall have, uint32 1 for a
//            child that is confined or 0; then uint32 number of each of those descriptors in the child; then the text:
//            each ended by a NUL, the working folder, the words of the command and the variables of the environment
//   child -> int32 pid, int32 errno of what failed, or 0
//   child <- one byte: begin. Without it the child ends, so that nobody runs a command that nobody waits for.
//
// The child is not ours but a sibling: whoever started the server waits for it, limits it and kills it as if he had
// started it himself.
//
//===-----------------------------------------------------------------------------===//
#define _GNU_SOURCE
#include "HugeText.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

typedef int MainFunction(int, char **, char **);

enum { Conversation, Stdout, Stderr, Others, MostDescriptors = 16 };

/// What came with a packet.
struct Received {
  int Count;
  int Descriptors[MostDescriptors];
};

/// The move takes 40 to 260 ms and gives each command 2 to 3 back: nothing for a short run.
enum { CommandsBeforeHugePages = 64 };

struct RequestHeader {
  uint32_t Size;
  uint32_t WordCount;
  uint32_t VariableCount;
  uint32_t PassedCount;
  uint32_t IsConfined;
};

struct Reply {
  int32_t Pid;
  int32_t Error;
};

static MainFunction *CompilerMain;

/// The server's own command line, as the system shows it.
static char *ShownBegin, *ShownEnd;

/// The variable of the server's environment by which its starter finds it and its children, as the system shows it.
static char *ShownMark;
static const char MarkName[] = "RL4REAL_DATA_RUN=";

static int readAll(int Descriptor, void *Buffer, size_t Size) {
  char *Next = Buffer;
  while (Size > 0) {
    ssize_t Count = read(Descriptor, Next, Size);
    if (Count < 0 && errno == EINTR)
      continue;
    if (Count <= 0)
      return 0;
    Next += Count;
    Size -= Count;
  }
  return 1;
}

/// Splits the next \p Count strings off \p Text; null where there is no memory.
static char **splitStrings(char **Text, uint32_t Count) {
  char **Strings = malloc((Count + 1) * sizeof(char *));
  if (!Strings)
    return NULL;
  for (uint32_t I = 0; I < Count; ++I) {
    Strings[I] = *Text;
    *Text += strlen(*Text) + 1;
  }
  Strings[Count] = NULL;
  return Strings;
}

/// Lets `ps` and `pgrep` see the child's command where the server's was, as much of it as there is room for.
static void showCommand(char **Words) {
  char *Next = ShownBegin;
  for (; *Words; ++Words) {
    size_t Size = strlen(*Words) + 1;
    if (Size > (size_t)(ShownEnd - Next))
      break;
    memcpy(Next, *Words, Size);
    Next += Size;
  }
  memset(Next, 0, ShownEnd - Next);
}

/// Lets the system show the child's mark where the server's was.
static void showMark(char **Variables) {
  for (; ShownMark && *Variables; ++Variables)
    if (strncmp(*Variables, MarkName, strlen(MarkName)) == 0 && strlen(*Variables) == strlen(ShownMark))
      strcpy(ShownMark, *Variables);
}

/// Gives the descriptors of the request the numbers that it names. First all move out of the way of these.
static int placeDescriptors(struct Received *Request, const uint32_t *Numbers, uint32_t PassedCount) {
  int *Descriptors = Request->Descriptors;
  int First = STDERR_FILENO + 1;
  for (uint32_t I = 0; I < PassedCount; ++I)
    if ((int)Numbers[I] >= First)
      First = Numbers[I] + 1;
  for (int I = 0; I < Request->Count; ++I) {
    int Moved = fcntl(Descriptors[I], F_DUPFD_CLOEXEC, First);
    if (Moved < 0)
      return errno;
    close(Descriptors[I]);
    Descriptors[I] = Moved;
  }
  if (dup2(Descriptors[Stdout], STDOUT_FILENO) < 0 || dup2(Descriptors[Stderr], STDERR_FILENO) < 0)
    return errno;
  close(Descriptors[Stdout]);
  close(Descriptors[Stderr]);
  for (uint32_t I = 0; I < PassedCount; ++I) {
    int *Passed = &Descriptors[Request->Count - PassedCount + I];
    if (dup2(*Passed, Numbers[I]) < 0)
      return errno;
    close(*Passed);
  }
  return 0;
}

/// Confines this process by a Landlock ruleset, whose system call libc does not know.
static int confine(int Ruleset) {
  const long RestrictSelf = 446;
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || syscall(RestrictSelf, Ruleset, 0) < 0)
    return errno;
  close(Ruleset);
  return 0;
}

/// A session of its own, its descriptors, its folder and its confinement: what lies between fork and exec elsewhere.
static int settleDown(const char *Folder, struct Received *Request, const struct RequestHeader *Header,
                      const uint32_t *Numbers) {
  if (Request->Count != (int)(Others + Header->IsConfined + Header->PassedCount))
    return EPROTO;
  if (setsid() < 0)
    return errno;
  int Error = placeDescriptors(Request, Numbers, Header->PassedCount);
  if (!Error && chdir(Folder) < 0)
    Error = errno;
  if (!Error && Header->IsConfined)
    Error = confine(Request->Descriptors[Others]);
  return Error;
}

/// The child's side: never returns.
static void runCommand(struct Received *Request) {
  int *Peer = &Request->Descriptors[Conversation]; // it moves
  struct RequestHeader Header;
  uint32_t Numbers[MostDescriptors];
  if (!readAll(*Peer, &Header, sizeof(Header)) || Header.PassedCount > MostDescriptors ||
      !readAll(*Peer, Numbers, Header.PassedCount * sizeof(Numbers[0])))
    _exit(1);
  char *Text = malloc((size_t)Header.Size + 1);
  if (!Text || !readAll(*Peer, Text, Header.Size))
    _exit(1);
  char *Folder = Text;
  Text += strlen(Folder) + 1;
  char **Words = splitStrings(&Text, Header.WordCount);
  char **Variables = splitStrings(&Text, Header.VariableCount);
  int Error = Words && Variables ? settleDown(Folder, Request, &Header, Numbers) : ENOMEM;
  struct Reply Reply = {getpid(), Error};
  char Begin;
  if (write(*Peer, &Reply, sizeof(Reply)) != sizeof(Reply) || Error || !readAll(*Peer, &Begin, 1))
    _exit(1);
  close(*Peer);
  showCommand(Words);
  showMark(Variables);
  environ = Variables;
  exit(CompilerMain(Header.WordCount, Words, environ));
}

/// A fork whose parent is our parent. libc has no call for that; what its `fork` does besides, in a process of one
/// thread that holds no lock, is to write down the new thread's number where the kernel is told to put it here.
static long forkSibling(void) {
  static int *ThreadNumber;
  unsigned long Flags = CLONE_PARENT | SIGCHLD;
  if (ThreadNumber || prctl(PR_GET_TID_ADDRESS, &ThreadNumber) == 0)
    Flags |= CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID;
#if defined(__x86_64__)
  return syscall(SYS_clone, Flags, NULL, NULL, ThreadNumber, NULL);
#else
  return syscall(SYS_clone, Flags, NULL, NULL, NULL, ThreadNumber);
#endif
}

/// Whether a request came; false at the end of the connection.
static int receive(int Socket, struct Received *Request) {
  union {
    char Bytes[CMSG_SPACE(MostDescriptors * sizeof(int))];
    struct cmsghdr Alignment;
  } Control;
  char Byte;
  struct iovec Data = {&Byte, 1};
  struct msghdr Message = {.msg_iov = &Data, .msg_iovlen = 1};
  Message.msg_control = Control.Bytes;
  Message.msg_controllen = sizeof(Control.Bytes);
  ssize_t Count;
  do
    Count = recvmsg(Socket, &Message, 0);
  while (Count < 0 && errno == EINTR);
  struct cmsghdr *Rights = Count == 1 ? CMSG_FIRSTHDR(&Message) : NULL;
  if (!Rights || Rights->cmsg_type != SCM_RIGHTS || Rights->cmsg_len < CMSG_LEN(Others * sizeof(int)))
    return 0;
  Request->Count = (Rights->cmsg_len - CMSG_LEN(0)) / sizeof(int);
  memcpy(Request->Descriptors, CMSG_DATA(Rights), Request->Count * sizeof(int));
  return 1;
}

/// What runs in place of the compiler's `main`.
static int serve(int ArgC, char **ArgV, char **Environment) {
  (void)Environment;
  ShownBegin = ArgV[0];
  ShownEnd = ArgV[ArgC - 1] + strlen(ArgV[ArgC - 1]) + 1;
  int Socket = atoi(getenv("MLRA_SERVER_SOCKET"));
  const char *Plugin = getenv("MLRA_SERVER_PLUGIN");
  // As clang loads it. A plugin that does not load is for the commands to complain about.
  if (Plugin && !dlopen(Plugin, RTLD_LAZY | RTLD_GLOBAL))
    return 1;
  const char *Mark = getenv("RL4REAL_DATA_RUN");
  ShownMark = Mark ? (char *)Mark - strlen(MarkName) : NULL;
  struct Received Request;
  if (write(Socket, "r", 1) != 1)
    return 1;
  for (int Commands = 0; receive(Socket, &Request); ++Commands) {
    if (Commands == CommandsBeforeHugePages)
      moveTextToHugePages();
    if (forkSibling() == 0) {
      close(Socket);
      runCommand(&Request);
    }
    for (int I = 0; I < Request.Count; ++I)
      close(Request.Descriptors[I]); // where there was no fork, the other side sees the end of the conversation
  }
  _exit(0);
}

typedef int StartFunction(MainFunction *, int, char **, void (*)(void), void (*)(void), void (*)(void), void *);

/// libc's entry, which the compiler's own start-up code calls with its `main`.
__attribute__((visibility("default"))) int __libc_start_main(MainFunction *Main, int ArgC, char **ArgV,
                                                             void (*Init)(void), void (*Fini)(void),
                                                             void (*LoaderFini)(void), void *StackEnd) {
  StartFunction *Start = (StartFunction *)dlsym(RTLD_NEXT, "__libc_start_main");
  CompilerMain = Main;
  return Start(getenv("MLRA_SERVER_SOCKET") ? serve : Main, ArgC, ArgV, Init, Fini, LoaderFini, StackEnd);
}
