//===- Evaluator.cpp - A small ONNX model, evaluated ----------------------===//
#include "onnx/Evaluator.h"

#include <cerrno>
#include <cstdio>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace mlonnx {

namespace {

constexpr off_t MostBytes = off_t(1) << 30;  ///< of a file; what is larger is for a runtime that maps it
constexpr size_t LookAtClock = size_t(1) << 16; ///< bytes that are computed between two looks at the clock

std::string readOpened(int File, std::string &To) {
  struct stat Told;
  if (fstat(File, &Told) != 0)
    return std::strerror(errno);
  if (!S_ISREG(Told.st_mode))
    return "it is no file";
  if (Told.st_size > MostBytes)
    return "it is larger than a GiB";
  To.resize(static_cast<size_t>(Told.st_size));
  for (size_t Done = 0; Done < To.size();) {
    const ssize_t Count = read(File, &To[Done], To.size() - Done);
    if (Count < 0 && errno != EINTR)
      return std::strerror(errno);
    if (Count == 0)
      return "it became shorter";
    Done += Count > 0 ? static_cast<size_t>(Count) : 0;
  }
  return "";
}

std::string readFile(const std::string &Path, std::string &To) {
  const int File = ::open(Path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (File < 0)
    return std::strerror(errno);
  std::string Wrong = readOpened(File, To);
  ::close(File);
  return Wrong;
}

} // namespace

std::string Evaluator::open(const std::string &Path, Clock::time_point Until) {
  std::string File;
  Model Read;
  std::string Wrong = readFile(Path, File);
  if (Wrong.empty())
    Wrong = Read.read(File);
  if (Wrong.empty())
    Wrong = makePlan(Read, Until, Planned);
  Metadata = std::move(Read.Metadata);
  return Wrong;
}

/// A Bool is made 0 or 1, all else is used where it lies.
Fault Evaluator::take(const PlannedPort &Input, const Given &From) {
  Value &To = Planned.Slots[static_cast<size_t>(Input.Slot)];
  Shape Dims;
  for (int64_t Length : From.Dims)
    Dims.add(Length);
  if (!Dims.isFit())
    return "it is too large";
  To = Value();
  To.Type = Input.Type;
  To.Dims = Dims;
  To.Raw = static_cast<const char *>(From.Elements);
  if (Input.Type != ElementType::Bool)
    return nullptr;
  const Value Raw = To;
  if (Fault Wrong = To.make(Planned.From, ElementType::Bool, Dims))
    return Wrong;
  for (size_t I = 0; I < Raw.bytes(); ++I)
    To.fresh<bool>()[I] = Raw.as<uint8_t>()[I] != 0;
  return nullptr;
}

Fault Evaluator::carryOut(const Step &Each) {
  Current.Inputs.clear();
  Current.Outputs.clear();
  for (int Slot : Each.Inputs)
    Current.Inputs.push_back(Slot < 0 ? nullptr : &Planned.Slots[static_cast<size_t>(Slot)]);
  for (int Slot : Each.Outputs)
    Current.Outputs.push_back(Slot < 0 ? nullptr : &Planned.Slots[static_cast<size_t>(Slot)]);
  return Each.Does(Current);
}

std::string Evaluator::run(const std::vector<Given> &Values, Clock::time_point Until) {
  for (size_t I = 0; I < Values.size(); ++I)
    if (Fault Wrong = take(Planned.Inputs[I], Values[I]))
      return "the model's input " + Planned.Inputs[I].Name + ": " + Wrong;
  size_t Work = 0;
  for (const Step &Each : Planned.Steps) {
    if (Fault Wrong = carryOut(Each))
      return "the model's " + Each.Name + ": " + Wrong;
    for (const Value *Made : Current.Outputs)
      Work += Made ? Made->bytes() : 0;
    for (int Slot : Each.Released)
      Planned.Slots[static_cast<size_t>(Slot)] = Value();
    if (Work < LookAtClock)
      continue;
    Work = 0;
    if (Clock::now() > Until)
      return "the model took longer than the limit";
  }
  return Clock::now() > Until ? "the model took longer than the limit" : "";
}

const Value &Evaluator::result(size_t Output) const {
  return Planned.Slots[static_cast<size_t>(Planned.Outputs[Output].Slot)];
}

void Evaluator::release() {
  for (const Step &Each : Planned.Steps)
    for (int Slot : Each.Outputs)
      if (Slot >= 0)
        Planned.Slots[static_cast<size_t>(Slot)] = Value();
  for (const PlannedPort &Each : Planned.Inputs)
    Planned.Slots[static_cast<size_t>(Each.Slot)] = Value();
  Planned.From.trim();
}

} // namespace mlonnx
