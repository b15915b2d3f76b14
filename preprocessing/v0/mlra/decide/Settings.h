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

  /// Why it cannot be set: an option that is not in the list of those that can be (Settings.cpp), or no value of it. ""
  /// if it can.
  static std::string refusal(llvm::StringRef Name, llvm::StringRef Value);

  /// "" or why not.
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
