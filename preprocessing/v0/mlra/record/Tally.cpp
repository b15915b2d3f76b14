//===- Tally.cpp - What became of a function's decisions, counted ---------===//
#include "record/Tally.h"

namespace mlra {

unsigned Tally::made(llvm::StringRef Kind) const {
  auto Found = Made.find(Kind.str());
  return Found == Made.end() ? 0 : Found->second;
}

bool Tally::note(llvm::StringRef Kind, const std::string &Reason) {
  if (Reason.empty())
    ++Made[Kind.str()];
  else
    ++Illegal[Kind.str() + ": " + Reason];
  return Reason.empty();
}

unsigned Tally::sum(const std::map<std::string, unsigned> &Counts) {
  unsigned Sum = 0;
  for (const auto &Entry : Counts)
    Sum += Entry.second;
  return Sum;
}

} // namespace mlra
