/* Loaded in front of a compiler: its copies end by SIGSEGV, or, with FORK_FAILS set, cannot be made at all. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

pid_t fork(void) {
  if (getenv("FORK_FAILS")) {
    errno = EAGAIN;
    return -1;
  }
  pid_t child = ((pid_t(*)(void))dlsym(RTLD_NEXT, "fork"))();
  if (child == 0)
    signal(SIGSEGV, SIG_DFL), raise(SIGSEGV);
  return child;
}
