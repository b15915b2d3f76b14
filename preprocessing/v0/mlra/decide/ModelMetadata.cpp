//===- ModelMetadata.cpp - What an ONNX file says of itself -------------------===//
//
// An ONNX file is a protobuf message. Of all its fields only metadata_props (14: key 1, value 2) and the names of the
// graph's inputs (7: input 11: name 1) are looked at, so that no library is needed; version 1 of ONNX Runtime's API
// does not tell the former.
//
//===----------------------------------------------------------------------===//
#include "decide/ModelMetadata.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/MemoryBuffer.h"

#include <optional>

using namespace llvm;

namespace mlra {

namespace {

/// Fields of a message, one after the other.
class Fields {
public:
  explicit Fields(StringRef Rest) : Rest(Rest) {}

  bool next() {
    if (Rest.empty())
      return false;
    std::optional<uint64_t> Tag = varint();
    if (!Tag)
      return fail();
    Number = *Tag >> 3;
    Content = StringRef();
    switch (*Tag & 7) {
    case 0:
      return varint() ? true : fail();
    case 1:
      return skip(8);
    case 2:
      if (std::optional<uint64_t> Size = varint(); Size && *Size <= Rest.size()) {
        Content = Rest.take_front(*Size);
        return skip(*Size);
      }
      return fail();
    case 5:
      return skip(4);
    default:
      return fail();
    }
  }

  uint64_t Number = 0;
  StringRef Content; ///< of one with a length
  bool IsBroken = false;

private:
  std::optional<uint64_t> varint() {
    uint64_t Value = 0;
    for (unsigned Shift = 0; Shift < 64 && !Rest.empty(); Shift += 7) {
      unsigned char Byte = Rest.front();
      Rest = Rest.drop_front();
      Value |= uint64_t(Byte & 127) << Shift;
      if (Byte < 128)
        return Value;
    }
    return std::nullopt;
  }
  bool skip(uint64_t Size) {
    if (Size > Rest.size())
      return fail();
    Rest = Rest.drop_front(Size);
    return true;
  }
  bool fail() {
    IsBroken = true;
    return false;
  }

  StringRef Rest;
};

std::string parseNames(StringRef Text, std::vector<std::string> &Names) {
  Expected<json::Value> Parsed = json::parse(Text);
  if (!Parsed)
    return toString(Parsed.takeError());
  const json::Array *Listed = Parsed->getAsArray();
  for (size_t I = 0; Listed && I < Listed->size(); ++I)
    if (std::optional<StringRef> Name = (*Listed)[I].getAsString())
      Names.push_back(Name->str());
  return Listed && Names.size() == Listed->size() ? "" : "no list of names";
}

void readInputs(StringRef Graph, std::vector<std::string> &Names) {
  constexpr uint64_t Input = 11, Name = 1;
  for (Fields Content(Graph); Content.next();)
    if (Content.Number == Input)
      for (Fields Entry(Content.Content); Entry.next();)
        if (Entry.Number == Name)
          Names.push_back(Entry.Content.str());
}

std::string readEntry(StringRef Entry, ModelMetadata &Found) {
  constexpr uint64_t Key = 1, Value = 2;
  StringRef Name, Content;
  for (Fields Part(Entry); Part.next();) {
    if (Part.Number == Key)
      Name = Part.Content;
    if (Part.Number == Value)
      Content = Part.Content;
  }
  return Name == "mlra.registers" ? parseNames(Content, Found.Registers) : "";
}

} // namespace

bool ModelMetadata::wants(StringRef Input) const { return is_contained(Inputs, Input); }

std::string readMetadata(StringRef Path, ModelMetadata &Found) {
  constexpr uint64_t Graph = 7, MetadataProps = 14;
  auto Buffer = MemoryBuffer::getFile(Path, /*IsText=*/false, /*RequiresNullTerminator=*/false);
  if (!Buffer)
    return "cannot read the model " + Path.str() + ": " + Buffer.getError().message();
  Fields Model((*Buffer)->getBuffer());
  while (Model.next()) {
    if (Model.Number == Graph)
      readInputs(Model.Content, Found.Inputs);
    else if (Model.Number == MetadataProps)
      if (std::string Problem = readEntry(Model.Content, Found); !Problem.empty())
        return "the model " + Path.str() + ": mlra.registers is " + Problem;
  }
  return Model.IsBroken || Found.Inputs.empty() ? "the model " + Path.str() + " is no ONNX file" : "";
}

} // namespace mlra
