//===- NodeGroups.h - One decision for many nodes -------------------------===//
//
// A group stands in the place of a node: "all" that can be spilled; "across", those of them that live across a call,
// for which the function must save every register that they could have. A part of a group, "across-cold/2", is the half
// of it that is executed least, "all-hot/4" the quarter that is executed most. What a node costs is its spill weight
// times (size + 400): LLVM divides the frequencies by that, so that short live ranges do not weigh too much.
//
//===----------------------------------------------------------------------===//
#ifndef MLRA_DECIDE_NODEGROUPS_H
#define MLRA_DECIDE_NODEGROUPS_H

#include "decide/Decision.h"

namespace mlra {

class Carrier;

/// Reads "across-cold/2"; false for what is no group.
bool parseGroup(llvm::StringRef Text, NodeGroup &Result);

std::string groupText(const NodeGroup &Group);

/// The decisions on single nodes that the list means, in front of all of them: a group in the order of its costs, of
/// equal ones in that of their numbers. A split of a group is one behind the first use point, from the named one on, at
/// which the node can be split; a node without one is left out.
std::vector<Decision> withoutGroups(llvm::ArrayRef<Decision> Decisions, const Carrier &Hands);

} // namespace mlra

#endif
