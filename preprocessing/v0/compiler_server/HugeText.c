//===- HugeText.c - The compiler's code in huge pages ----------------------------===//
//
// A compiler's code is 100 MB that a command touches all over: every 64 kB of it cost a page fault in each child, and
// all of it competes for the few entries of the processor's table of addresses. Huge pages that the server fills once
// and its children share cost neither.
//
//===-----------------------------------------------------------------------------===//
#define _GNU_SOURCE
#include "HugeText.h"

#include <link.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

static const uintptr_t HugePage = 2 << 20;
static const uintptr_t WorthIt = 24 << 20; // of code in one library: libLLVM has 63 MB, libclang-cpp 37, libz3 18 that lie idle

/// Replaces [Begin, End), both multiples of a huge page, by a copy of itself. The copy is complete and executable
/// before it takes the place of the original, in one call.
static void replaceByCopy(uintptr_t Begin, uintptr_t End) {
  size_t Size = End - Begin;
  char *Room = mmap(NULL, Size + HugePage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (Room == MAP_FAILED)
    return;
  char *Copy = (char *)(((uintptr_t)Room + HugePage - 1) & ~(HugePage - 1));
  if (madvise(Copy, Size, MADV_HUGEPAGE) == 0) {
    memcpy(Copy, (void *)Begin, Size);
    if (mprotect(Copy, Size, PROT_READ | PROT_EXEC) == 0)
      mremap(Copy, Size, Size, MREMAP_MAYMOVE | MREMAP_FIXED, Begin);
  }
  // What is left around the copy, and the copy itself if it did not move.
  munmap(Room, Size + HugePage);
}

static int visitLibrary(struct dl_phdr_info *Info, size_t InfoSize, void *Data) {
  (void)InfoSize, (void)Data;
  for (int I = 0; I < Info->dlpi_phnum; ++I) {
    const ElfW(Phdr) *Segment = &Info->dlpi_phdr[I];
    if (Segment->p_type != PT_LOAD || !(Segment->p_flags & PF_X) || Segment->p_memsz < WorthIt)
      continue;
    uintptr_t Begin = Info->dlpi_addr + Segment->p_vaddr;
    uintptr_t End = Begin + Segment->p_memsz;
    replaceByCopy((Begin + HugePage - 1) & ~(HugePage - 1), End & ~(HugePage - 1));
  }
  return 0;
}

static int hasHugePages(void) {
  FILE *Setting = fopen("/sys/kernel/mm/transparent_hugepage/enabled", "r");
  char Line[64] = "[never]";
  if (Setting) {
    if (!fgets(Line, sizeof(Line), Setting))
      Line[0] = 0;
    fclose(Setting);
  }
  return !strstr(Line, "[never]");
}

void moveTextToHugePages(void) {
  if (hasHugePages())
    dl_iterate_phdr(visitLibrary, NULL);
}
