//===- TraceFile.cpp - Decisions of a module, with their features ---------===//
#include "advise/TraceFile.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/JSON.h"

using namespace llvm;

namespace mlra {

namespace {

constexpr size_t Columns = 33;

bool isColumned(const FeatureTensor &T) { return T.Count == Columns; }

bool isLive(const Observation &Seen, size_t Column) {
  for (const FeatureTensor &T : Seen.Layout.Tensors) {
    if (!isColumned(T))
      continue;
    const size_t Size = mlrun::sizeOf(T.Type);
    for (size_t Byte = 0; Byte < Size; ++Byte)
      if (Seen.values(T)[Column * Size + Byte])
        return true;
  }
  return false;
}

/// Priorities are unsigned numbers of 32 bits, columns are LLVM's int64.
void append(std::string &To, TracedTask Task, int64_t Number) {
  if (Task == TracedTask::Eviction)
    return void(To.append(reinterpret_cast<const char *>(&Number), sizeof(Number)));
  const auto Priority = static_cast<uint32_t>(Number);
  To.append(reinterpret_cast<const char *>(&Priority), sizeof(Priority));
}

} // namespace

TraceFile::TraceFile(StringRef Path, TracedTask Task)
    : Path(Path.str()), Task(Task), OS(Path, OpenError, sys::fs::OF_None) {
  if (OpenError)
    return;
  const char *Name = Task == TracedTask::Eviction ? "eviction" : "priority";
  OS << "{\"version\":" << TraceVersion << ",\"task\":\"" << Name << "\"}\n";
}

void TraceFile::writeHeader(const FeatureLayout &Layout) {
  OS << Layout.Header << "\n";
  HasLayout = true;
  Values.resize(Layout.Tensors.size());
}

void TraceFile::addColumns(const Observation &Seen) {
  SmallVector<uint8_t, Columns> Live;
  for (size_t Column = 0; Column < Columns; ++Column)
    if (isLive(Seen, Column))
      Live.push_back(static_cast<uint8_t>(Column));
  LiveCounts += static_cast<char>(Live.size());
  LiveColumns.append(Live.begin(), Live.end());
  for (size_t I = 0; I < Values.size(); ++I) {
    const FeatureTensor &T = Seen.Layout.Tensors[I];
    const size_t Size = mlrun::sizeOf(T.Type);
    if (!isColumned(T)) {
      Values[I].append(Seen.values(T), T.bytes());
      continue;
    }
    for (uint8_t Column : Live)
      Values[I].append(Seen.values(T) + Column * Size, Size);
  }
}

void TraceFile::add(const Observation &Seen, int64_t Decision, int64_t Default) {
  if (!HasLayout)
    writeHeader(Seen.Layout);
  if (Task == TracedTask::Eviction)
    addColumns(Seen);
  else
    for (size_t I = 0; I < Values.size(); ++I)
      Values[I].append(Seen.values(Seen.Layout.Tensors[I]), Seen.Layout.Tensors[I].bytes());
  append(Decisions, Task, Decision);
  append(Defaults, Task, Default);
  ++Steps;
}

void TraceFile::write(StringRef Function, const Score &Total, StringRef Failure, unsigned PassedOver) {
  json::OStream Line(OS);
  Line.object([&] {
    Line.attribute("function", json::fixUTF8(Function));
    Line.attribute("steps", static_cast<int64_t>(Steps));
    Line.attribute("live", static_cast<int64_t>(LiveColumns.size()));
    Line.attribute("score", Total.total());
    Line.attributeArray("score_counts", [&] {
      for (double Count : {Total.Copies, Total.Loads, Total.Stores, Total.LoadStores, Total.CheapRemats,
                           Total.DearRemats})
        Line.value(Count);
    });
    Line.attribute("passed_over", static_cast<int64_t>(PassedOver));
    if (!Failure.empty())
      Line.attribute("failure", json::fixUTF8(Failure));
  });
  OS << "\n" << LiveCounts << LiveColumns;
  for (std::string &Column : Values) {
    OS << Column;
    Column.clear();
  }
  OS << Decisions << Defaults << "\n";
  LiveCounts.clear(), LiveColumns.clear(), Decisions.clear(), Defaults.clear();
  Steps = 0;
  ++Functions;
}

std::string TraceFile::finish() {
  if (!OpenError) {
    OS << "{\"functions\":" << Functions << "}\n";
    OS.close();
    OpenError = OS.error();
    OS.clear_error();
  }
  return OpenError ? "cannot write " + Path + ": " + OpenError.message() : "";
}

} // namespace mlra
