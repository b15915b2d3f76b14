//===- Report.h - What became of decisions, for people and programs -------===//
//
// One JSON object a decided function and line (-mlra-report); as warnings what a user must know; and as members of the
// function's record, so that a dataset tells whose the answer is.
//
//===----------------------------------------------------------------------===//
#ifndef MLRA_DECIDE_REPORT_H
#define MLRA_DECIDE_REPORT_H

#include "decide/Decider.h"
#include "decide/ForkedCompiler.h"

#include "llvm/Support/raw_ostream.h"

namespace mlra {

class ReportFile {
public:
  explicit ReportFile(llvm::StringRef Path);

  /// `Before`: what greedy alone makes of the function; null where nobody asked.
  void write(const Episode &E, const Answer &Result, const LastWords *Before);

  /// Completes the file, whose last line sums it up; returns what went wrong with it since it was opened, or "".
  std::string finish(llvm::ArrayRef<std::string> Unused);

private:
  std::string Path;
  std::error_code OpenError;
  llvm::raw_fd_ostream OS;
  unsigned Functions = 0;
};

/// As the compiler's own warning or remark.
void warn(const llvm::MachineFunction &MF, const llvm::Twine &Text);
void warn(const llvm::Module &M, const llvm::Twine &Text);

/// One warning for all of a function's decisions that were not carried out.
void warnOfRefusals(const llvm::MachineFunction &MF, const Tally &Count);

} // namespace mlra

#endif
