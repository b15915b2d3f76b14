//===- Settings.h - LLVM's options for one function -----------------------===//
#ifndef MLRA_DECIDE_SETTINGS_H
#define MLRA_DECIDE_SETTINGS_H

#include "llvm/ADT/StringRef.h"

#include <string>
#include <vector>

namespace mlra {

/// Options of the allocator that are set for one function, and are as they were when this goes.
class Settings {
public:
  Settings() = default;
  Settings(const Settings &) = delete;
  Settings &operator=(const Settings &) = delete;
  ~Settings() { restore(); }

  /// "" or why not: an option that is not in the list of those that can be set (Settings.cpp), or no value of it.
  std::string set(llvm::StringRef Name, llvm::StringRef Value);

  void restore();

private:
  struct Saved {
    unsigned Row;
    unsigned long Value;
    int Occurrences;
  };
  std::vector<Saved> Before;
};

} // namespace mlra

#endif
