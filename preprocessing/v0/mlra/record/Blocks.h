//===- Blocks.h - The control flow, and where code may be placed in it ----===//
#ifndef MLRA_RECORD_BLOCKS_H
#define MLRA_RECORD_BLOCKS_H

#include "record/Problem.h"

#include <vector>

namespace mlra {

/// All blocks in layout order.
std::vector<Block> collectBlocks(const Analyses &A, const Positions &P);

} // namespace mlra

#endif
