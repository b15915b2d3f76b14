//===- RecordWriter.h - The dump file: one versioned JSON record a function ----===//
//
// Line 1..n: {"v":1, "function": …, …}, one a function that reached the allocator, in that order.
// Last line: {"v":1, "functions": n}. A dump without it was cut off.
//
//===----------------------------------------------------------------------===//
#ifndef MLRA_RECORDWRITER_H
#define MLRA_RECORDWRITER_H

#include "InstructionShapes.h"
#include "JsonWriter.h"
#include "MachineIRText.h"
#include "Outcome.h"
#include "Problem.h"

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/raw_ostream.h"

#include <memory>
#include <string>
#include <vector>

namespace mlra {

/// Raise it whenever a record changes; rl4real_data/stages/record.py refuses what it does not know.
constexpr int RecordVersion = 1;

struct FunctionRecord {
  const llvm::MachineFunction &MF;
  unsigned FunctionID; ///< counts the functions that reach the allocator, from 1, as in the fork
  const Problem &P;
  const Outcome &O;
  const MachineIRText &Text;
  bool WithText;
  std::vector<InstructionShapes::Shape> NewShapes;
};

class RecordWriter {
public:
  explicit RecordWriter(llvm::StringRef Path);

  void write(const FunctionRecord &Record);

  /// Writes the closing record; returns what went wrong with the file since it was opened, or an empty string.
  std::string finish();

private:
  std::string Path;
  std::error_code OpenError;
  std::unique_ptr<llvm::raw_fd_ostream> OS;
  JsonWriter J;
  unsigned Functions = 0;
};

} // namespace mlra

#endif
