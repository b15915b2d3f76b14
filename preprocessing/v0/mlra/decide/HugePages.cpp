//===- HugePages.cpp - The compiler's code and constants in huge pages ----===//
#include "decide/HugePages.h"

#include "llvm/Support/raw_ostream.h"

#ifdef __linux__
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <dirent.h>
#include <link.h>
#include <sys/mman.h>
#include <vector>
#endif

using namespace llvm;

namespace mlra {

#ifdef __linux__
namespace {

constexpr uintptr_t HugePage = uintptr_t(2) << 20;

/// What is mapped alike: whole huge pages of one segment that is never written.
struct Stretch {
  uintptr_t Begin, End;
  int Protection;

  size_t size() const { return End - Begin; }
};

/// Of the library, or the program, that LLVM's code stands in.
struct LibraryOfLLVM {
  uintptr_t Inside = reinterpret_cast<uintptr_t>(static_cast<raw_fd_ostream &(*)()>(errs));
  std::vector<Stretch> Stretches;

  int look(const dl_phdr_info &Library) {
    std::vector<Stretch> Found;
    bool IsLLVM = false;
    for (const auto *Segment = Library.dlpi_phdr; Segment != Library.dlpi_phdr + Library.dlpi_phnum; ++Segment) {
      if (Segment->p_type != PT_LOAD)
        continue;
      const uintptr_t Begin = Library.dlpi_addr + Segment->p_vaddr, End = Begin + Segment->p_memsz;
      IsLLVM |= Begin <= Inside && Inside < End;
      const uintptr_t First = (Begin + HugePage - 1) / HugePage * HugePage, Last = End / HugePage * HugePage;
      if (!(Segment->p_flags & PF_W) && (Segment->p_flags & PF_R) && First < Last)
        Found.push_back({First, Last, PROT_READ | (Segment->p_flags & PF_X ? PROT_EXEC : 0)});
    }
    if (IsLLVM)
      Stretches = Found;
    return IsLLVM;
  }
};

/// Between the end of the old mapping and the move of the new one a thread would find nothing.
bool isAlone() {
  unsigned Threads = 0;
  if (DIR *Folder = opendir("/proc/self/task")) {
    while (const dirent *Entry = readdir(Folder))
      Threads += Entry->d_name[0] != '.';
    closedir(Folder);
  }
  return Threads == 1;
}

/// Whether the mapping that begins there is all in huge pages; small ones would make each fork slower, not faster.
bool isHuge(uintptr_t Begin, size_t Size) {
  FILE *File = fopen("/proc/self/smaps", "r");
  if (!File)
    return false;
  char Line[1024], Wanted[32];
  const int Length = snprintf(Wanted, sizeof Wanted, "%lx-", static_cast<unsigned long>(Begin));
  bool Here = false;
  unsigned long KiloBytes = 0;
  while (fgets(Line, sizeof Line, File)) {
    Here |= !strncmp(Line, Wanted, Length);
    if (Here && sscanf(Line, "AnonHugePages: %lu", &KiloBytes) == 1)
      break;
  }
  fclose(File);
  return KiloBytes * 1024 >= Size;
}

void move(const Stretch &S) {
  // The two pages around keep the kernel from joining the new mapping with a neighbour.
  const size_t Reserved = S.size() + 2 * HugePage;
  void *Mapped = mmap(nullptr, Reserved, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (Mapped == MAP_FAILED)
    return;
  const uintptr_t Begin = reinterpret_cast<uintptr_t>(Mapped), Fresh = (Begin / HugePage + 1) * HugePage;
  void *Place = reinterpret_cast<void *>(Fresh), *Old = reinterpret_cast<void *>(S.Begin);
  if (!mprotect(Place, S.size(), PROT_READ | PROT_WRITE) && !madvise(Place, S.size(), MADV_HUGEPAGE)) {
    memcpy(Place, Old, S.size());
    if (isHuge(Fresh, S.size()) && !mprotect(Place, S.size(), S.Protection))
      mremap(Place, S.size(), S.size(), MREMAP_MAYMOVE | MREMAP_FIXED, Old);
  }
  munmap(Mapped, Reserved); // what was moved is no longer there
}

} // namespace

void moveCodeToHugePages() {
  LibraryOfLLVM LLVM;
  dl_iterate_phdr(
      [](dl_phdr_info *Library, size_t, void *To) { return static_cast<LibraryOfLLVM *>(To)->look(*Library); }, &LLVM);
  if (!isAlone())
    return;
  for (const Stretch &S : LLVM.Stretches)
    move(S);
}
#else
void moveCodeToHugePages() {}
#endif

} // namespace mlra
