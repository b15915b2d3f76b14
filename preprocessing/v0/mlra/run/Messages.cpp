//===- Messages.cpp - Features and advice as MLCompilerBridge writes them -===//
#include "run/Messages.h"

#include "run/Json.h"

namespace mlrun {

namespace {

/// The port that stands in each of MLCompilerBridge's descriptions; nothing listens there.
constexpr int BridgePort = 6020;

void writeKey(std::string &To, const Tensor &Feature, const Features &Among) {
  std::string Key = Feature.Name;
  if (Feature.Group >= 0)
    Key += '_' + std::to_string(Among.groups()[Feature.Group].Id);
  writeString(To, Key);
  To += ':';
}

void writeValue(std::string &To, const Tensor &Feature) {
  if (Feature.Kind == Tensor::Form::String)
    return writeString(To, Feature.Raw);
  if (Feature.Kind == Tensor::Form::Scalar)
    return writeNumber(To, Feature, 0);
  To += '[';
  const size_t Count = Feature.count();
  for (size_t I = 0; I < Count; ++I) {
    if (I)
      To += ',';
    writeNumber(To, Feature, I);
  }
  To += ']';
}

} // namespace

void writeJson(std::string &To, const Features &From) {
  To += '{';
  bool First = true;
  for (const Tensor &Feature : From.tensors()) {
    if (!First)
      To += ',';
    First = false;
    writeKey(To, Feature, From);
    writeValue(To, Feature);
  }
  To += '}';
}

std::string readJson(const std::string &From, Advice &To) {
  To.Fields.assign(1, {});
  return readMember(From, "out", To.Fields.front());
}

void writeSpec(std::string &To, const Tensor &Described, int Port) {
  To += "{\"name\":";
  writeString(To, Described.Name);
  To += ",\"type\":\"";
  To += nameOf(Described.Type);
  To += "\",\"port\":" + std::to_string(Port) + ",\"shape\":[";
  for (size_t I = 0; I < Described.Shape.size(); ++I)
    To += (I ? "," : "") + std::to_string(Described.Shape[I]);
  To += "]}";
}

void writeBytes(std::string &To, const Features &From) {
  To += "{\"features\":[";
  bool First = true;
  for (const Tensor &Feature : From.tensors()) {
    if (!First)
      To += ',';
    First = false;
    writeSpec(To, Feature, BridgePort);
  }
  To += "]}\n";
  for (const Tensor &Feature : From.tensors())
    To += Feature.Raw;
  To += '\n';
}

std::string readBytes(const std::string &From, Advice &To) {
  const size_t Size = sizeOf(To.Type);
  if (From.size() % Size != 0)
    return "the answer has " + std::to_string(From.size()) + " bytes, which is no number of " +
           std::string(nameOf(To.Type)) + "s";
  Tensor &Field = To.Fields.emplace_back();
  Field.Type = To.Type;
  Field.Shape = {static_cast<int64_t>(From.size() / Size)};
  Field.Raw = From;
  return "";
}

} // namespace mlrun
