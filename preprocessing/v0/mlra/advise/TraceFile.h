//===- TraceFile.h - Decisions of a module, with their features -----------===//
//
// A line of JSON that says what the file is, then LLVM's own description of the features. A function is a line of JSON
// and raw values in the machine's byte order: how many columns are live at each step, and which; each feature in
// LLVM's order, of a column its live ones alone; the decisions; what the default would have decided. The last line
// counts the functions: a file without it is not whole.
//
//===----------------------------------------------------------------------===//
#ifndef MLRA_ADVISE_TRACEFILE_H
#define MLRA_ADVISE_TRACEFILE_H

#include "advise/Observation.h"
#include "record/Score.h"

#include "llvm/Support/raw_ostream.h"

#include <optional>
#include <string>
#include <vector>

namespace mlra {

constexpr unsigned TraceVersion = 1; ///< of the file's form; Python's reader knows one

class TraceFile {
public:
  TraceFile(llvm::StringRef Path, TracedTask Task);

  /// One decision of the function at hand.
  void add(const Observation &Seen, int64_t Decision, int64_t Default);

  /// Steps of the function at hand.
  size_t steps() const { return Steps; }

  /// Ends the function at hand. `Failure`: why its policy was left, "" if it was not.
  void write(llvm::StringRef Function, const Score &Total, llvm::StringRef Failure, unsigned PassedOver);

  /// Completes the file; what went wrong with it since it was opened, or "".
  std::string finish();

private:
  void addColumns(const Observation &Seen);
  void writeHeader(const FeatureLayout &Layout);

  std::string Path;
  TracedTask Task;
  std::error_code OpenError;
  llvm::raw_fd_ostream OS;
  bool HasLayout = false;
  unsigned Functions = 0;
  size_t Steps = 0;
  std::string LiveCounts, LiveColumns, Decisions, Defaults;
  std::vector<std::string> Values;
};

} // namespace mlra

#endif
