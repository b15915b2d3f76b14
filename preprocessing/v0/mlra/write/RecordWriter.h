//===- RecordWriter.h - The dump files: one versioned record a function --------===//
//
// As JSON, to be read by people and tools. Line 1..n: {"v":3, "function": …, …}, one a function that reached the
// allocator, in that order. Last line: {"v":3, "functions": n}. A dump without it was cut off.
//
// As columns (ColumnWriter.h), to be read fast: the same members, but "v", which the end of the file says.
//
//===----------------------------------------------------------------------===//
#ifndef MLRA_WRITE_RECORDWRITER_H
#define MLRA_WRITE_RECORDWRITER_H

#include "record/Answer.h"
#include "record/InstructionShapes.h"
#include "record/Problem.h"
#include "record/Tally.h"
#include "text/MachineIRText.h"
#include "write/ColumnWriter.h"
#include "write/JsonWriter.h"

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/raw_ostream.h"

#include <memory>
#include <string>
#include <vector>

namespace mlra {

/// Raise it whenever a record changes, and RECORD_VERSION in rl4real_data/toolchain/plugin.py with it: both readers of
/// records refuse what they do not know.
constexpr int RecordVersion = 3;

struct FunctionRecord {
  const llvm::MachineFunction &MF;
  unsigned FunctionID; ///< counts the functions that reach the allocator, from 1, as in the fork
  const Problem &P;
  const Answer &Expert;
  const MachineIRText &Text;
  bool WithText;
  std::vector<InstructionShapes::Shape> NewShapes;
  const Tally *Decisions; ///< null where nobody decides anything of the module
};

/// A dump file. Errors of the file are kept until the end.
class RecordWriter {
public:
  explicit RecordWriter(llvm::StringRef Path);
  virtual ~RecordWriter() = default;

  virtual void write(const FunctionRecord &Record) = 0;

  /// Completes the file; returns what went wrong with it since it was opened, or an empty string.
  std::string finish();

protected:
  virtual std::error_code writeEnd(llvm::raw_ostream &OS) = 0;
  llvm::raw_fd_ostream *stream() { return OpenError ? nullptr : OS.get(); }

private:
  std::string Path;
  std::error_code OpenError;
  std::unique_ptr<llvm::raw_fd_ostream> OS;
};

class JsonRecordWriter final : public RecordWriter {
public:
  using RecordWriter::RecordWriter;
  void write(const FunctionRecord &Record) override;

private:
  std::error_code writeEnd(llvm::raw_ostream &OS) override;

  JsonWriter J;
  unsigned Functions = 0;
};

class ColumnRecordWriter final : public RecordWriter {
public:
  using RecordWriter::RecordWriter;
  void write(const FunctionRecord &Record) override;

private:
  std::error_code writeEnd(llvm::raw_ostream &OS) override;

  ColumnWriter Columns;
};

} // namespace mlra

#endif
