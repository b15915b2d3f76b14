//===- HugeText.h - The compiler's code in huge pages ----------------------------===//
#ifndef COMPILER_SERVER_HUGETEXT_H
#define COMPILER_SERVER_HUGETEXT_H

/// Moves the code of the compiler's large libraries to huge pages, at the same addresses; does nothing where the
/// system has none to give.
void moveTextToHugePages(void);

#endif
