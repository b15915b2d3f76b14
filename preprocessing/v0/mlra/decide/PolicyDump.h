//===- PolicyDump.h - What a policy is told, as lines of JSON ------------------===//
#ifndef MLRA_DECIDE_POLICYDUMP_H
#define MLRA_DECIDE_POLICYDUMP_H

#include "run/Features.h"

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/raw_ostream.h"

#include <memory>
#include <string>

namespace mlra {

/// For whoever wants to see that a model is told in the compiler what it was trained with.
class PolicyDump {
public:
  /// "" or what is wrong.
  std::string open(llvm::StringRef Path);

  /// {"function": name, tensor: {"shape": [...], "values": [...]}, …}; nothing if no file is open.
  void write(llvm::StringRef Function, const mlrun::Features &Told);

private:
  std::unique_ptr<llvm::raw_fd_ostream> OS;
};

} // namespace mlra

#endif
