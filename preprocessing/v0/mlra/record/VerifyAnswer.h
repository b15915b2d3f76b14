//===- VerifyAnswer.h - The recorded answer, read as a reader would ------------===//
#ifndef MLRA_RECORD_VERIFYANSWER_H
#define MLRA_RECORD_VERIFYANSWER_H

#include "record/Answer.h"
#include "record/CodeBefore.h"

#include <string>
#include <vector>

namespace mlra {

/// After allocation, from the recorded numbers: parts tile each node's life, and only registers overlap; no two nodes
/// share a register unit at a position, and none lies on a fixed range of its unit; each operand of an instruction that
/// is as it was names the register that VirtRegMap has; what is read or written in a slot lies there; words and fates agree.
/// Returns what differs.
std::vector<std::string> verifyAnswer(const Analyses &A, const Problem &Recorded, const CodeBefore &Before,
                                      const Answer &Given);

} // namespace mlra

#endif
