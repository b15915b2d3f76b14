//===- Fates.h - All that happened to each node --------------------------------===//
#ifndef MLRA_RECORD_FATES_H
#define MLRA_RECORD_FATES_H

#include "record/CodeBefore.h"
#include "record/Descendants.h"
#include "record/Moves.h"
#include "record/Parts.h"

#include <vector>

namespace mlra {

/// What parts, moves and changes say, and nothing else: a sum of FateFlags a node, 0 for a node that one register holds all its life.
std::vector<unsigned> collectFates(const Problem &Recorded, const CodeBefore &Before, const Descendants &D, const Moves &M,
                                   llvm::ArrayRef<Part> Pieces);

} // namespace mlra

#endif
