//===- Model.cpp - What stands in an ONNX file ----------------------------===//
//
// Numbers of fields are those of onnx.proto, which never change.
//
//===----------------------------------------------------------------------===//
#include "onnx/Model.h"

#include "onnx/WireReader.h"

#include <cstring>

namespace mlonnx {

namespace {

using Field = WireReader::Field;
constexpr auto Number = WireReader::Number;
constexpr auto Bytes = WireReader::Bytes;
constexpr auto Four = WireReader::Four;

/// Calls `Take` with each field; false if the message is damaged, or `Take` says so of a message within.
template <typename F> bool eachField(Words Message, F Take) {
  WireReader Reader(Message);
  Field Each;
  while (Reader.next(Each))
    if (!Take(Each))
      return false;
  return !Reader.isDamaged();
}

float realOf(Words Content) {
  float Value = 0;
  std::memcpy(&Value, Content.data(), sizeof(Value));
  return Value;
}

/// Adds the integers of a field, which may stand alone or packed.
bool takeIntegers(const Field &Each, std::vector<int64_t> &To) {
  if (Each.Form == Number)
    To.push_back(static_cast<int64_t>(Each.Value));
  if (Each.Form != Bytes)
    return true;
  WireReader Packed(Each.Content);
  uint64_t Value = 0;
  while (Packed.nextNumber(Value))
    To.push_back(static_cast<int64_t>(Value));
  return !Packed.isDamaged();
}

bool takeReals(const Field &Each, std::vector<float> &To) {
  if (Each.Form != Four && Each.Form != Bytes)
    return true;
  for (size_t At = 0; At + sizeof(float) <= Each.Content.size(); At += sizeof(float))
    To.push_back(realOf(Each.Content.substr(At)));
  return Each.Content.size() % sizeof(float) == 0;
}

bool readTensor(Words Message, StoredTensor &To) {
  return eachField(Message, [&](const Field &Each) {
    if (Each.Key == 1)
      return takeIntegers(Each, To.Dims);
    if (Each.is(2, Number))
      To.Type = Each.Value;
    else if (Each.is(8, Bytes))
      To.Name = Each.Content;
    else if (Each.is(9, Bytes))
      To.Raw = Each.Content;
    else if ((Each.Key >= 4 && Each.Key <= 7) || Each.Key == 10 || Each.Key == 11)
      To.Typed.push_back({Each.Key, Each.Form == Bytes, Each.Content, Each.Value});
    else if (Each.Key == 13 || (Each.is(14, Number) && Each.Value != 0) || Each.Key == 3)
      To.IsElsewhere = true;
    return true;
  });
}

Attribute::Kind kindOf(uint64_t Number) {
  constexpr Attribute::Kind Kinds[] = {Attribute::Other,  Attribute::Real,  Attribute::Integer, Attribute::Text,
                                       Attribute::Tensor, Attribute::Other, Attribute::Reals,   Attribute::Integers};
  return Number < std::size(Kinds) ? Kinds[Number] : Attribute::Other;
}

bool readAttribute(Words Message, Attribute &To) {
  return eachField(Message, [&](const Field &Each) {
    if (Each.is(1, Bytes))
      To.Name = Each.Content;
    else if (Each.is(2, Four))
      To.RealValue = realOf(Each.Content);
    else if (Each.is(3, Number))
      To.IntegerValue = static_cast<int64_t>(Each.Value);
    else if (Each.is(4, Bytes))
      To.TextValue = Each.Content;
    else if (Each.is(5, Bytes))
      return readTensor(Each.Content, To.TensorValue);
    else if (Each.Key == 7)
      return takeReals(Each, To.RealValues);
    else if (Each.Key == 8)
      return takeIntegers(Each, To.IntegerValues);
    else if (Each.is(20, Number))
      To.Form = kindOf(Each.Value);
    return true;
  });
}

bool readNode(Words Message, Node &To) {
  return eachField(Message, [&](const Field &Each) {
    if (Each.is(1, Bytes))
      To.Inputs.push_back(Each.Content);
    else if (Each.is(2, Bytes))
      To.Outputs.push_back(Each.Content);
    else if (Each.is(3, Bytes))
      To.Name = Each.Content;
    else if (Each.is(4, Bytes))
      To.Operator = Each.Content;
    else if (Each.is(5, Bytes))
      return readAttribute(Each.Content, To.Attributes.emplace_back());
    else if (Each.is(7, Bytes))
      To.Domain = Each.Content;
    return true;
  });
}

bool readShape(Words Message, Port &To) {
  To.HasShape = true;
  return eachField(Message, [&](const Field &Each) {
    if (!Each.is(1, Bytes))
      return true;
    int64_t &Length = To.Dims.emplace_back(-1);
    return eachField(Each.Content, [&](const Field &Told) {
      if (Told.is(1, Number))
        Length = static_cast<int64_t>(Told.Value) < 0 ? -1 : static_cast<int64_t>(Told.Value);
      return true;
    });
  });
}

bool readPort(Words Message, Port &To) {
  const auto Tensor = [&](const Field &Each) {
    if (Each.is(1, Number))
      To.Type = Each.Value;
    return Each.is(2, Bytes) ? readShape(Each.Content, To) : true;
  };
  const auto Type = [&](const Field &Each) { return Each.is(1, Bytes) ? eachField(Each.Content, Tensor) : true; };
  return eachField(Message, [&](const Field &Each) {
    if (Each.is(1, Bytes))
      To.Name = Each.Content;
    return Each.is(2, Bytes) ? eachField(Each.Content, Type) : true;
  });
}

bool readGraph(Words Message, Model &To) {
  return eachField(Message, [&](const Field &Each) {
    if (Each.is(1, Bytes))
      return readNode(Each.Content, To.Nodes.emplace_back());
    if (Each.is(5, Bytes))
      return readTensor(Each.Content, To.Constants.emplace_back());
    if (Each.is(11, Bytes))
      return readPort(Each.Content, To.Inputs.emplace_back());
    if (Each.is(12, Bytes))
      return readPort(Each.Content, To.Outputs.emplace_back());
    if (Each.Key == 15)
      To.Beyond = "sparse constants";
    return true;
  });
}

/// The operators' release; of other domains nothing is needed before a node asks for it.
bool readOpset(Words Message, Model &To) {
  Words Domain;
  uint64_t Version = 0;
  const bool IsWhole = eachField(Message, [&](const Field &Each) {
    if (Each.is(1, Bytes))
      Domain = Each.Content;
    else if (Each.is(2, Number))
      Version = Each.Value;
    return true;
  });
  if (Domain.empty() || Domain == "ai.onnx")
    To.Opset = static_cast<int64_t>(Version);
  return IsWhole;
}

bool readEntry(Words Message, Model &To) {
  Words Key, Text;
  const bool IsWhole = eachField(Message, [&](const Field &Each) {
    if (Each.is(1, Bytes))
      Key = Each.Content;
    else if (Each.is(2, Bytes))
      Text = Each.Content;
    return true;
  });
  To.Metadata.insert_or_assign(std::string(Key), std::string(Text));
  return IsWhole;
}

bool copyIntegers(const StoredTensor::Part &From, ElementType Type, size_t Count, std::string &To) {
  const auto Put = [&](uint64_t Number) {
    const uint8_t Byte = Type == ElementType::Bool ? Number != 0 : static_cast<uint8_t>(Number);
    const uint32_t Half = static_cast<uint32_t>(Number);
    const size_t Size = sizeOf(Type);
    const void *Element = Size == 8   ? static_cast<const void *>(&Number)
                          : Size == 4 ? static_cast<const void *>(&Half)
                                      : static_cast<const void *>(&Byte);
    To.append(static_cast<const char *>(Element), Size);
  };
  if (!From.IsPacked) {
    Put(From.Value);
    return true;
  }
  WireReader Packed(From.Content);
  uint64_t Number = 0;
  while (To.size() < Count * sizeOf(Type) && Packed.nextNumber(Number))
    Put(Number);
  return !Packed.isDamaged();
}

} // namespace

Fault StoredTensor::load(Memory &From, Value &To) const {
  const ElementType Known = elementTypeOf(Type);
  Shape Lengths;
  for (int64_t Length : Dims)
    Lengths.add(Length);
  if (Known == ElementType::None || IsElsewhere)
    return "a constant of this type";
  if (!Lengths.isFit())
    return "a constant of this size";
  const size_t Size = static_cast<size_t>(Lengths.count()) * sizeOf(Known);
  std::string Decoded;
  for (const Part &Each : Typed) {
    const bool AreReals = Each.Key == 4 || Each.Key == 10;
    if (AreReals && (Known == ElementType::Float || Known == ElementType::Double))
      Decoded += Each.Content;
    else if (AreReals || !copyIntegers(Each, Known, static_cast<size_t>(Lengths.count()), Decoded))
      return "a constant that is damaged";
  }
  const Words Elements = Typed.empty() ? Raw : Words(Decoded);
  if (Elements.size() != Size)
    return "a constant that is not whole";
  if (Fault Wrong = To.make(From, Known, Lengths))
    return Wrong;
  if (Size)
    std::memcpy(To.fresh<char>(), Elements.data(), Size);
  if (Known == ElementType::Bool)
    for (size_t I = 0; I < Size; ++I)
      To.fresh<uint8_t>()[I] = To.fresh<uint8_t>()[I] != 0;
  return nullptr;
}

std::string Model::read(Words File) {
  bool HasGraph = false;
  const bool IsWhole = eachField(File, [&](const Field &Each) {
    if (Each.is(7, Bytes)) {
      HasGraph = true;
      return readGraph(Each.Content, *this);
    }
    if (Each.is(8, Bytes))
      return readOpset(Each.Content, *this);
    if (Each.is(14, Bytes))
      return readEntry(Each.Content, *this);
    if (Each.Key == 25)
      Beyond = "functions of its own";
    return true;
  });
  if (!IsWhole)
    return "it is no whole message of ONNX";
  return HasGraph ? "" : "it has no graph";
}

} // namespace mlonnx
