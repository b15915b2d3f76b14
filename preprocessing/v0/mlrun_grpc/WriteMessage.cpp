//===- WriteMessage.cpp - Features as the fields of a message -------------===//
#include "Schema.h"

#include <limits>

namespace mlrun {

using namespace google::protobuf;

namespace {

std::string unfit(const Tensor &Feature, const FieldDescriptor &Field) {
  return "the feature " + Feature.Name + " does not fit the schema's " + Field.full_name();
}

template <typename T> bool inRange(int64_t Value) {
  if constexpr (std::is_same_v<T, uint64_t>)
    return Value >= 0;
  else
    return Value >= int64_t(std::numeric_limits<T>::min()) && Value <= int64_t(std::numeric_limits<T>::max());
}

/// Calls `Put` with each element as a T; false if one is out of range.
template <typename T, typename PutT> bool each(const Tensor &Feature, size_t Begin, size_t End, PutT Put) {
  for (size_t I = Begin; I < End; ++I) {
    if constexpr (std::is_floating_point_v<T>) {
      Put(static_cast<T>(Feature.real(I)));
    } else {
      if (isReal(Feature.Type) || !inRange<T>(Feature.integer(I)))
        return false;
      Put(static_cast<T>(Feature.integer(I)));
    }
  }
  return true;
}

template <typename T>
bool fill(Message &To, const FieldDescriptor &Field, const Tensor &Feature, size_t Begin, size_t End) {
  const Reflection &Mirror = *To.GetReflection();
  if (!Field.is_repeated())
    return End - Begin == 1 && each<T>(Feature, Begin, End, [&](T Value) {
             if constexpr (std::is_same_v<T, int32_t>)
               Mirror.SetInt32(&To, &Field, Value);
             else if constexpr (std::is_same_v<T, int64_t>)
               Mirror.SetInt64(&To, &Field, Value);
             else if constexpr (std::is_same_v<T, uint32_t>)
               Mirror.SetUInt32(&To, &Field, Value);
             else if constexpr (std::is_same_v<T, uint64_t>)
               Mirror.SetUInt64(&To, &Field, Value);
             else if constexpr (std::is_same_v<T, float>)
               Mirror.SetFloat(&To, &Field, Value);
             else if constexpr (std::is_same_v<T, double>)
               Mirror.SetDouble(&To, &Field, Value);
             else
               Mirror.SetBool(&To, &Field, Value);
           });
  const MutableRepeatedFieldRef<T> Values = Mirror.GetMutableRepeatedFieldRef<T>(&To, &Field);
  return each<T>(Feature, Begin, End, [&](T Value) { Values.Add(Value); });
}

bool fillNumbers(Message &To, const FieldDescriptor &Field, const Tensor &Feature, size_t Begin, size_t End) {
  switch (Field.cpp_type()) {
  case FieldDescriptor::CPPTYPE_INT32:
    return fill<int32_t>(To, Field, Feature, Begin, End);
  case FieldDescriptor::CPPTYPE_INT64:
    return fill<int64_t>(To, Field, Feature, Begin, End);
  case FieldDescriptor::CPPTYPE_UINT32:
    return fill<uint32_t>(To, Field, Feature, Begin, End);
  case FieldDescriptor::CPPTYPE_UINT64:
    return fill<uint64_t>(To, Field, Feature, Begin, End);
  case FieldDescriptor::CPPTYPE_FLOAT:
    return fill<float>(To, Field, Feature, Begin, End);
  case FieldDescriptor::CPPTYPE_DOUBLE:
    return fill<double>(To, Field, Feature, Begin, End);
  case FieldDescriptor::CPPTYPE_BOOL:
    return fill<bool>(To, Field, Feature, Begin, End);
  default:
    return false;
  }
}

/// A matrix: one message a row, whose only field is a list of numbers.
bool fillRows(Message &To, const FieldDescriptor &Field, const Tensor &Feature) {
  if (!Field.is_repeated() || Field.message_type()->field_count() != 1 || Feature.Shape.size() != 2)
    return false;
  const FieldDescriptor &Row = *Field.message_type()->field(0);
  const size_t Length = static_cast<size_t>(Feature.Shape[1]);
  for (size_t Begin = 0; Begin < Feature.count(); Begin += Length)
    if (!fillNumbers(*To.GetReflection()->AddMessage(&To, &Field), Row, Feature, Begin, Begin + Length))
      return false;
  return true;
}

std::string writeOne(const Tensor &Feature, Message &To) {
  const FieldDescriptor *Field = To.GetDescriptor()->FindFieldByName(Feature.Name);
  if (!Field)
    return "the schema's " + To.GetDescriptor()->full_name() + " has no field " + Feature.Name;
  const bool IsText = Field->cpp_type() == FieldDescriptor::CPPTYPE_STRING;
  bool Fits = IsText == (Feature.Kind == Tensor::Form::String);
  if (Fits && IsText)
    Field->is_repeated() ? To.GetReflection()->AddString(&To, Field, Feature.Raw)
                         : To.GetReflection()->SetString(&To, Field, Feature.Raw);
  else if (Fits && Field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE)
    Fits = fillRows(To, *Field, Feature);
  else if (Fits)
    Fits = fillNumbers(To, *Field, Feature, 0, Feature.count());
  return Fits ? "" : unfit(Feature, *Field);
}

} // namespace

std::string write(const Features &From, Message &To) {
  Message *Group = nullptr;
  int Open = -1;
  for (const Tensor &Feature : From.tensors()) {
    if (Feature.Group >= 0 && Feature.Group != Open) {
      const std::string &Name = From.groups()[Feature.Group].Field;
      const FieldDescriptor *Field = To.GetDescriptor()->FindFieldByName(Name);
      if (!Field || !Field->is_repeated() || Field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE)
        return "the schema's " + To.GetDescriptor()->full_name() + " has no repeated message " + Name;
      Group = To.GetReflection()->AddMessage(&To, Field);
      Open = Feature.Group;
    }
    if (std::string Wrong = writeOne(Feature, Feature.Group >= 0 ? *Group : To); !Wrong.empty())
      return Wrong;
  }
  return "";
}

} // namespace mlrun
