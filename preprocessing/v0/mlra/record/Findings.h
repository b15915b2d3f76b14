//===- Findings.h - What -mlra-verify found, in words ---------------------===//
#ifndef MLRA_RECORD_FINDINGS_H
#define MLRA_RECORD_FINDINGS_H

#include "llvm/CodeGen/Register.h"

#include <string>
#include <vector>

namespace mlra {

using Findings = std::vector<std::string>;

/// `%5`.
std::string nameOf(llvm::Register Virtual);

/// With as many digits as a float has: weights may differ in the last one.
std::string exactly(float Number);

/// `[0,3) [5,9)` of first, last, first, last, ….
std::string rangesIn(const std::vector<int> &Live);

} // namespace mlra

#endif
