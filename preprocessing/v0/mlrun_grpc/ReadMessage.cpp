//===- ReadMessage.cpp - The fields of a message as an answer -------------===//
#include "Schema.h"

namespace mlrun {

using namespace google::protobuf;

namespace {

template <typename T> void append(Tensor &To, T Value) {
  To.Raw.append(reinterpret_cast<const char *>(&Value), sizeof(T));
}

/// The type that holds all values of the field; false for one that is no number.
bool typeFor(const FieldDescriptor &Field, ElementType &Type) {
  switch (Field.cpp_type()) {
  case FieldDescriptor::CPPTYPE_INT32:
    return Type = ElementType::Int32, true;
  case FieldDescriptor::CPPTYPE_INT64:
  case FieldDescriptor::CPPTYPE_UINT32:
  case FieldDescriptor::CPPTYPE_UINT64:
    return Type = ElementType::Int64, true;
  case FieldDescriptor::CPPTYPE_FLOAT:
    return Type = ElementType::Float, true;
  case FieldDescriptor::CPPTYPE_DOUBLE:
    return Type = ElementType::Double, true;
  case FieldDescriptor::CPPTYPE_BOOL:
    return Type = ElementType::Bool, true;
  default:
    return false;
  }
}

/// Appends the value at `Index` of a repeated field, or the value of a singular one.
void appendNumber(const Message &From, const FieldDescriptor &Field, int Index, Tensor &To) {
  const Reflection &Mirror = *From.GetReflection();
  const bool Many = Field.is_repeated();
  switch (Field.cpp_type()) {
  case FieldDescriptor::CPPTYPE_INT32:
    return append<int32_t>(To, Many ? Mirror.GetRepeatedInt32(From, &Field, Index) : Mirror.GetInt32(From, &Field));
  case FieldDescriptor::CPPTYPE_INT64:
    return append<int64_t>(To, Many ? Mirror.GetRepeatedInt64(From, &Field, Index) : Mirror.GetInt64(From, &Field));
  case FieldDescriptor::CPPTYPE_UINT32:
    return append<int64_t>(To, Many ? Mirror.GetRepeatedUInt32(From, &Field, Index) : Mirror.GetUInt32(From, &Field));
  case FieldDescriptor::CPPTYPE_UINT64:
    return append<int64_t>(To, Many ? Mirror.GetRepeatedUInt64(From, &Field, Index) : Mirror.GetUInt64(From, &Field));
  case FieldDescriptor::CPPTYPE_FLOAT:
    return append<float>(To, Many ? Mirror.GetRepeatedFloat(From, &Field, Index) : Mirror.GetFloat(From, &Field));
  case FieldDescriptor::CPPTYPE_DOUBLE:
    return append<double>(To, Many ? Mirror.GetRepeatedDouble(From, &Field, Index) : Mirror.GetDouble(From, &Field));
  default:
    return append<bool>(To, Many ? Mirror.GetRepeatedBool(From, &Field, Index) : Mirror.GetBool(From, &Field));
  }
}

/// Appends all that `From` has in the field.
void appendAll(const Message &From, const FieldDescriptor &Field, Tensor &To) {
  const Reflection &Mirror = *From.GetReflection();
  const int Count = Field.is_repeated() ? Mirror.FieldSize(From, &Field) : 1;
  for (int I = 0; I < Count; ++I) {
    if (To.Kind != Tensor::Form::String) {
      appendNumber(From, Field, I, To);
      continue;
    }
    const std::string Text =
        Field.is_repeated() ? Mirror.GetRepeatedString(From, &Field, I) : Mirror.GetString(From, &Field);
    To.Raw.append(Text.c_str(), Text.size() + 1);
  }
}

/// An empty column for the field's values; false where there is no form for them.
bool makeColumn(const FieldDescriptor &Field, const std::string &Prefix, bool IsScalar, Tensor &To) {
  To.Name = Prefix + Field.name();
  To.Kind = IsScalar ? Tensor::Form::Scalar : Tensor::Form::Vector;
  if (Field.cpp_type() != FieldDescriptor::CPPTYPE_STRING)
    return typeFor(Field, To.Type);
  To.Kind = Tensor::Form::String;
  To.Type = ElementType::UInt8;
  return true;
}

void finish(Tensor &Column, Advice &To) {
  Column.Shape = {static_cast<int64_t>(Column.Raw.size() / sizeOf(Column.Type))};
  To.Fields.push_back(std::move(Column));
}

void readColumns(const Message &From, const FieldDescriptor &Field, Advice &To) {
  const Descriptor &Type = *Field.message_type();
  const int Count = Field.is_repeated() ? From.GetReflection()->FieldSize(From, &Field) : 1;
  for (int I = 0; I < Type.field_count(); ++I) {
    Tensor Column;
    if (!makeColumn(*Type.field(I), Field.name() + ".", false, Column))
      continue;
    for (int Row = 0; Row < Count; ++Row)
      appendAll(Field.is_repeated() ? From.GetReflection()->GetRepeatedMessage(From, &Field, Row)
                                    : From.GetReflection()->GetMessage(From, &Field),
                *Type.field(I), Column);
    finish(Column, To);
  }
}

} // namespace

std::string read(const Message &From, Advice &To) {
  const Descriptor &Type = *From.GetDescriptor();
  if (From.GetReflection()->GetUnknownFields(From).field_count() > 0)
    return "the message has fields that the schema's " + Type.full_name() + " does not have";
  for (int I = 0; I < Type.field_count(); ++I) {
    const FieldDescriptor &Field = *Type.field(I);
    Tensor Column;
    if (Field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE)
      readColumns(From, Field, To);
    else if (makeColumn(Field, "", !Field.is_repeated(), Column)) {
      appendAll(From, Field, Column);
      finish(Column, To);
    }
  }
  return "";
}

} // namespace mlrun
