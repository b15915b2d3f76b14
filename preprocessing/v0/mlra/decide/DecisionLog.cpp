//===- DecisionLog.cpp - Decisions as they were carried out ---------------===//
#include "decide/DecisionLog.h"

using namespace llvm;

namespace mlra {

std::string DecisionLog::note(Decision D, std::optional<NodeName> Name, std::string Reason) {
  if (!Count.note(wordOf(D.Kind), Reason))
    return Reason;
  IsWhole &= Name.has_value();
  if (Name) {
    D.Node = *Name;
    Done.push_back(std::move(D));
  }
  return Reason;
}

} // namespace mlra
