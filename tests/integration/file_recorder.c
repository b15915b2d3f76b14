/* Records what a process does to the files below a folder, in order: what a power cut could take back.

   LD_PRELOADed into the program; FILE_RECORDER_ROOT is the folder, FILE_RECORDER_LOG where the record goes. Children of
   the process are not recorded. A record is: one letter, then a path, a second path, an inode number, an offset and
   content (see `power_cut.py`). Each call and its record happen under one lock, so that their order is that of the file
   system. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char root[PATH_MAX];
static size_t root_length;
static int log_fd = -1;

#define REAL(name, ...)                                                                                                \
  static __typeof__(&name) real;                                                                                       \
  if (!real)                                                                                                           \
  real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

__attribute__((constructor)) static void begin(void) {
  const char *folder = getenv("FILE_RECORDER_ROOT"), *log = getenv("FILE_RECORDER_LOG");
  if (!folder || !log || getenv("FILE_RECORDER_IS_ON"))
    return;
  setenv("FILE_RECORDER_IS_ON", "1", 1);
  if (!realpath(folder, root))
    return;
  root_length = strlen(root);
  __typeof__(&open) real_open = (__typeof__(&open))dlsym(RTLD_NEXT, "open");
  log_fd = real_open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
}

static int inside(const char *path) {
  return log_fd >= 0 && strncmp(path, root, root_length) == 0 && (path[root_length] == '/' || !path[root_length]);
}

/* The absolute path; 1 if it lies below the folder. */
static int absolute(int folder, const char *path, char *out) {
  char base[PATH_MAX];
  if (log_fd < 0)
    return 0;
  if (path[0] == '/') {
    snprintf(out, PATH_MAX, "%s", path);
    return inside(out);
  }
  if (folder == AT_FDCWD) {
    if (!getcwd(base, sizeof base))
      return 0;
  } else {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
    ssize_t length = readlink(link, base, sizeof base - 1);
    if (length < 0)
      return 0;
    base[length] = 0;
  }
  if (snprintf(out, PATH_MAX, "%s/%s", base, path) >= PATH_MAX)
    return 0;
  return inside(out);
}

static int of_descriptor(int fd, char *out, struct stat *state) {
  if (log_fd < 0 || fd == log_fd || fstat(fd, state))
    return 0;
  if (!S_ISREG(state->st_mode) && !S_ISDIR(state->st_mode))
    return 0;
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, out, PATH_MAX - 1);
  if (length < 0)
    return 0;
  out[length] = 0;
  return inside(out);
}

static void record(char what, const char *one, const char *two, uint64_t inode, uint64_t offset, const void *content,
                   uint64_t size) {
  struct {
    uint64_t what, one, two, inode, offset, size;
  } head = {(uint64_t)what, strlen(one), strlen(two), inode, offset, size};
  struct iovec pieces[] = {{&head, sizeof head}, {(void *)one, head.one}, {(void *)two, head.two},
                           {(void *)content, size}};
  static ssize_t (*real_writev)(int, const struct iovec *, int);
  if (!real_writev)
    real_writev = (ssize_t(*)(int, const struct iovec *, int))dlsym(RTLD_NEXT, "writev");
  if (real_writev(log_fd, pieces, 4) < 0)
    abort();
}

static int open_recorded(int (*real)(int, const char *, int, ...), int folder, const char *path, int flags,
                         mode_t mode) {
  char full[PATH_MAX];
  int writes = (flags & O_ACCMODE) != O_RDONLY || (flags & (O_CREAT | O_TRUNC));
  if (!writes || (flags & O_TMPFILE) == O_TMPFILE || !absolute(folder, path, full))
    return real(folder, path, flags, mode);
  pthread_mutex_lock(&lock);
  struct stat state;
  int was_there = lstat(full, &state) == 0;
  int fd = real(folder, path, flags, mode);
  int failed = errno;
  if (fd >= 0 && fstat(fd, &state) == 0 && S_ISREG(state.st_mode)) {
    record(was_there ? 'o' : 'c', full, "", state.st_ino, 0, "", 0);
    if (was_there && (flags & O_TRUNC))
      record('t', full, "", state.st_ino, 0, "", 0);
  }
  pthread_mutex_unlock(&lock);
  errno = failed;
  return fd;
}

#define OPEN_MODE                                                                                                      \
  mode_t mode = 0;                                                                                                     \
  if (flags & (O_CREAT | O_TMPFILE)) {                                                                                 \
    va_list more;                                                                                                      \
    va_start(more, flags);                                                                                             \
    mode = va_arg(more, mode_t);                                                                                       \
    va_end(more);                                                                                                      \
  }

static int real_openat(int folder, const char *path, int flags, ...) {
  OPEN_MODE
  static int (*real)(int, const char *, int, ...);
  if (!real)
    real = (int (*)(int, const char *, int, ...))dlsym(RTLD_NEXT, "openat");
  return real(folder, path, flags, mode);
}

int open(const char *path, int flags, ...) { OPEN_MODE return open_recorded(real_openat, AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) {
  OPEN_MODE return open_recorded(real_openat, AT_FDCWD, path, flags, mode);
}
int openat(int folder, const char *path, int flags, ...) {
  OPEN_MODE return open_recorded(real_openat, folder, path, flags, mode);
}
int openat64(int folder, const char *path, int flags, ...) {
  OPEN_MODE return open_recorded(real_openat, folder, path, flags, mode);
}
int creat(const char *path, mode_t mode) {
  return open_recorded(real_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC, mode);
}
int creat64(const char *path, mode_t mode) { return creat(path, mode); }

#define DATA(call, wrote, at, from)                                                                                    \
  char full[PATH_MAX];                                                                                                 \
  struct stat state;                                                                                                   \
  if (!of_descriptor(fd, full, &state))                                                                                \
    return call;                                                                                                       \
  pthread_mutex_lock(&lock);                                                                                           \
  ssize_t wrote = call;                                                                                                \
  int failed = errno;                                                                                                  \
  if (wrote > 0)                                                                                                       \
    record('w', full, "", state.st_ino, (uint64_t)(at), from, (uint64_t)wrote);                                        \
  pthread_mutex_unlock(&lock);                                                                                         \
  errno = failed;                                                                                                      \
  return wrote;

ssize_t write(int fd, const void *data, size_t size) {
  REAL(write);
  DATA(real(fd, data, size), wrote, lseek(fd, 0, SEEK_CUR) - wrote, data)
}
ssize_t pwrite(int fd, const void *data, size_t size, off_t offset) {
  REAL(pwrite);
  DATA(real(fd, data, size, offset), wrote, offset, data)
}
ssize_t pwrite64(int fd, const void *data, size_t size, off64_t offset) {
  REAL(pwrite64);
  DATA(real(fd, data, size, offset), wrote, offset, data)
}
ssize_t writev(int fd, const struct iovec *pieces, int count) {
  ssize_t total = 0;
  for (int n = 0; n < count; n++) {
    ssize_t wrote = write(fd, pieces[n].iov_base, pieces[n].iov_len);
    if (wrote < 0)
      return total ? total : wrote;
    total += wrote;
    if ((size_t)wrote < pieces[n].iov_len)
      break;
  }
  return total;
}
/* Copies within the kernel are refused: whoever wants one reads and writes instead. */
ssize_t sendfile(int out, int in, off_t *offset, size_t count) {
  (void)out, (void)in, (void)offset, (void)count;
  errno = EINVAL;
  return -1;
}
ssize_t sendfile64(int out, int in, off64_t *offset, size_t count) { return sendfile(out, in, (off_t *)offset, count); }
ssize_t copy_file_range(int in, off64_t *from, int out, off64_t *to, size_t count, unsigned flags) {
  (void)in, (void)from, (void)out, (void)to, (void)count, (void)flags;
  errno = EINVAL;
  return -1;
}

#define DESCRIPTOR(what, call, size)                                                                                   \
  char full[PATH_MAX];                                                                                                 \
  struct stat state;                                                                                                   \
  if (!of_descriptor(fd, full, &state))                                                                                \
    return call;                                                                                                       \
  pthread_mutex_lock(&lock);                                                                                           \
  int result = call;                                                                                                   \
  int failed = errno;                                                                                                  \
  if (result == 0)                                                                                                     \
    record(S_ISDIR(state.st_mode) ? what - 32 : what, full, "", state.st_ino, (uint64_t)(size), "", 0);                \
  pthread_mutex_unlock(&lock);                                                                                         \
  errno = failed;                                                                                                      \
  return result;

int ftruncate(int fd, off_t size) {
  REAL(ftruncate);
  DESCRIPTOR('t', real(fd, size), size)
}
int ftruncate64(int fd, off64_t size) {
  REAL(ftruncate64);
  DESCRIPTOR('t', real(fd, size), size)
}

/* With the content, which another process may have written (a linker). */
static int sync_recorded(int (*real)(int), int fd) {
  char full[PATH_MAX];
  struct stat state;
  if (!of_descriptor(fd, full, &state))
    return real(fd);
  pthread_mutex_lock(&lock);
  int result = real(fd), failed = errno;
  int is_folder = S_ISDIR(state.st_mode);
  size_t size = is_folder ? 0 : (size_t)state.st_size;
  char *content = malloc(size + 1);
  int again = real_openat(AT_FDCWD, full, O_RDONLY | O_CLOEXEC); /* `fd` may be for writing alone */
  if (!content || (size && pread(again, content, size, 0) != (ssize_t)size))
    abort();
  close(again);
  if (result == 0)
    record(is_folder ? 'S' : 's', full, "", state.st_ino, 0, content, size);
  free(content);
  pthread_mutex_unlock(&lock);
  errno = failed;
  return result;
}
int fsync(int fd) {
  REAL(fsync);
  return sync_recorded(real, fd);
}
int fdatasync(int fd) {
  REAL(fdatasync);
  return sync_recorded(real, fd);
}
int syncfs(int fd) {
  REAL(syncfs);
  DESCRIPTOR('a', real(fd), 0)
}

/* Names. `from` lies in the folder `old`; either may lie outside. */
#define NAMES(what, call, one_folder, one, two_folder, two)                                                            \
  char first[PATH_MAX], second[PATH_MAX];                                                                              \
  int is_inside = absolute(one_folder, one, first);                                                                    \
  if (!absolute(two_folder, two, second) && !is_inside)                                                                \
    return call;                                                                                                       \
  pthread_mutex_lock(&lock);                                                                                           \
  int result = call;                                                                                                   \
  int failed = errno;                                                                                                  \
  if (result == 0)                                                                                                     \
    record(what, first, second, 0, 0, "", 0);                                                                          \
  pthread_mutex_unlock(&lock);                                                                                         \
  errno = failed;                                                                                                      \
  return result;

#define NAME(what, call, folder, path)                                                                                 \
  char full[PATH_MAX];                                                                                                 \
  if (!absolute(folder, path, full))                                                                                   \
    return call;                                                                                                       \
  pthread_mutex_lock(&lock);                                                                                           \
  int result = call;                                                                                                   \
  int failed = errno;                                                                                                  \
  if (result == 0)                                                                                                     \
    record(what, full, "", 0, 0, "", 0);                                                                               \
  pthread_mutex_unlock(&lock);                                                                                         \
  errno = failed;                                                                                                      \
  return result;

int rename(const char *from, const char *to) {
  REAL(rename);
  NAMES('r', real(from, to), AT_FDCWD, from, AT_FDCWD, to)
}
int renameat(int old, const char *from, int new, const char *to) {
  REAL(renameat);
  NAMES('r', real(old, from, new, to), old, from, new, to)
}
int link(const char *from, const char *to) {
  REAL(link);
  NAMES('l', real(from, to), AT_FDCWD, from, AT_FDCWD, to)
}
int linkat(int old, const char *from, int new, const char *to, int flags) {
  REAL(linkat);
  NAMES('l', real(old, from, new, to, flags), old, from, new, to)
}
int symlink(const char *target, const char *path) {
  REAL(symlink);
  NAMES('y', real(target, path), AT_FDCWD, target, AT_FDCWD, path)
}
int unlink(const char *path) {
  REAL(unlink);
  NAME('u', real(path), AT_FDCWD, path)
}
int unlinkat(int folder, const char *path, int flags) {
  REAL(unlinkat);
  NAME(flags & AT_REMOVEDIR ? 'd' : 'u', real(folder, path, flags), folder, path)
}
int rmdir(const char *path) {
  REAL(rmdir);
  NAME('d', real(path), AT_FDCWD, path)
}
int mkdir(const char *path, mode_t mode) {
  REAL(mkdir);
  NAME('m', real(path, mode), AT_FDCWD, path)
}
int mkdirat(int folder, const char *path, mode_t mode) {
  REAL(mkdirat);
  NAME('m', real(folder, path, mode), folder, path)
}
