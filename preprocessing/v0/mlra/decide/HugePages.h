//===- HugePages.h - The compiler's code and constants in huge pages ------===//
//
// A fork takes no page table over of what is mapped from a file: each copy of the compiler asks for the pages of LLVM's
// library again, 64 KiB at a time, and that is up to half of its page faults. Anonymous huge pages are taken over, at
// one entry for 2 MiB.
//
//===----------------------------------------------------------------------===//
#ifndef MLRA_DECIDE_HUGEPAGES_H
#define MLRA_DECIDE_HUGEPAGES_H

namespace mlra {

/// Puts LLVM's code and constants, where they stand, into huge pages of this process: about 140 MiB of memory. Nothing
/// is changed where the system has no huge pages to give, or where another thread runs.
void moveCodeToHugePages();

} // namespace mlra

#endif
