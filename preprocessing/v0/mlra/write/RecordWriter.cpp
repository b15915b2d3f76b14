//===- RecordWriter.cpp - The dump files: one versioned record a function ------===//
#include "write/RecordWriter.h"

#include "text/FunctionNames.h"
#include "write/AnswerMembers.h"
#include "write/ProblemMembers.h"

#include "llvm/Support/FileSystem.h"

using namespace llvm;

namespace mlra {

namespace {

template <typename WriterT> void writeNewShapes(WriterT &J, const std::vector<InstructionShapes::Shape> &Shapes) {
  using Shape = InstructionShapes::Shape;
  J.array("shape_opcode", Shapes, [&](const Shape &S) { J.value(S.Opcode); });
  J.array("shape_operands", Shapes, [&](const Shape &S) {
    J.beginArray();
    for (const std::string &Operand : S.Operands)
      J.value(Operand);
    J.endArray();
  });
}

/// Behind the expert's answer, whose these decisions made it.
template <typename WriterT> void writeDecisions(WriterT &J, const Tally &T) {
  J.member("decider", T.Decider);
  J.member("decisions_made", T.made());
  J.member("decisions_illegal", T.illegal());
  J.member("decisions_kept", T.Kept);
  J.member("decisions_moved", T.Moved);
  J.member("decisions_lost", T.Lost);
  J.member("decisions_forced_away", T.ForcedAway);
}

template <typename WriterT> void writeMembers(WriterT &J, const FunctionRecord &R) {
  J.member("function", recordedName(R.MF.getName()));
  J.member("function_id", R.FunctionID);
  J.member("content_hash", R.Text.contentHash());
  J.member("eh_pads", R.P.HasEHPads);
  J.member("optnone", R.MF.getFunction().hasOptNone());
  if (R.WithText)
    J.member("mir", R.Text.text());
  writeProblem(J, R.P);
  writeAnswer(J, R.Expert);
  if (R.Decisions)
    writeDecisions(J, *R.Decisions);
  writeNewShapes(J, R.NewShapes);
}

} // namespace

RecordWriter::RecordWriter(StringRef Path)
    : Path(Path.str()), OS(std::make_unique<raw_fd_ostream>(Path, OpenError, sys::fs::OF_None)) {}

std::string RecordWriter::finish() {
  std::error_code Error = OpenError;
  if (!Error) {
    Error = writeEnd(*OS);
    OS->close();
    if (!Error)
      Error = OS->error();
  }
  OS->clear_error(); // reported by the caller, not by the destructor's abort
  return Error ? "cannot write " + Path + ": " + Error.message() : "";
}

void JsonRecordWriter::write(const FunctionRecord &R) {
  if (!stream())
    return;
  J.clear();
  J.beginObject();
  J.member("v", RecordVersion);
  writeMembers(J, R);
  J.endObject();
  J.newLine();
  *stream() << J.text();
  ++Functions;
}

std::error_code JsonRecordWriter::writeEnd(raw_ostream &OS) {
  J.clear();
  J.beginObject();
  J.member("v", RecordVersion);
  J.member("functions", Functions);
  J.endObject();
  J.newLine();
  OS << J.text();
  return {};
}

void ColumnRecordWriter::write(const FunctionRecord &R) {
  Columns.beginObject();
  writeMembers(Columns, R);
  Columns.endObject();
}

std::error_code ColumnRecordWriter::writeEnd(raw_ostream &OS) { return Columns.write(OS, RecordVersion); }

} // namespace mlra
