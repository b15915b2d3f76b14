//===- Advice.cpp - What a model answers ----------------------------------===//
#include "run/Advice.h"

#include <cmath>
#include <limits>

namespace mlrun {

namespace {

std::string called(const std::string &Field) { return Field.empty() ? "the answer" : "the answer's " + Field; }

template <typename T> std::string outOfRange(const std::string &Field, T Value) {
  return called(Field) + " has " + std::to_string(Value) + ", which is out of range";
}

/// `Value` as a T; false where something would be lost.
template <typename T> bool fits(double Value) {
  return Value == std::trunc(Value) && Value >= double(std::numeric_limits<T>::min()) &&
         Value < -double(std::numeric_limits<T>::min());
}

template <typename T> bool fits(int64_t Value) {
  return Value >= int64_t(std::numeric_limits<T>::min()) && Value <= int64_t(std::numeric_limits<T>::max());
}

template <typename T> std::string takeIntegers(const Tensor &From, std::vector<T> &To, const std::string &Field) {
  const size_t Count = From.count();
  for (size_t I = 0; I < Count; ++I) {
    if (isReal(From.Type)) {
      if (!fits<T>(From.real(I)))
        return called(Field) + " has " + std::to_string(From.real(I)) + " where an integer was expected";
      To.push_back(static_cast<T>(From.real(I)));
    } else {
      if (!fits<T>(From.integer(I)))
        return outOfRange(Field, From.integer(I));
      To.push_back(static_cast<T>(From.integer(I)));
    }
  }
  return "";
}

template <typename T> std::string takeReals(const Tensor &From, std::vector<T> &To, const std::string &Field) {
  const size_t Count = From.count();
  for (size_t I = 0; I < Count; ++I) {
    const double Value = From.real(I);
    if (std::isfinite(Value) && !std::isfinite(static_cast<T>(Value)))
      return outOfRange(Field, Value);
    To.push_back(static_cast<T>(Value));
  }
  return "";
}

/// The numbers of a field, or what is wrong with it.
const Tensor *numbers(const Advice &Answer, const std::string &Field, std::string &Wrong) {
  const Tensor *Found = Answer.field(Field);
  if (!Found)
    Wrong = Field.empty() ? "the answer is empty" : "the answer has no " + Field;
  else if (Found->Kind == Tensor::Form::String)
    Wrong = called(Field) + " is text where numbers were expected";
  return Wrong.empty() ? Found : nullptr;
}

} // namespace

const Tensor *Advice::field(const std::string &Name) const {
  if (Name.empty())
    return Fields.empty() ? nullptr : &Fields.front();
  for (const Tensor &Field : Fields)
    if (Field.Name == Name)
      return &Field;
  return nullptr;
}

std::string Advice::integers(std::vector<int32_t> &To, const std::string &Field) const {
  std::string Wrong;
  To.clear();
  const Tensor *Found = numbers(*this, Field, Wrong);
  return Found ? takeIntegers(*Found, To, Field) : Wrong;
}

std::string Advice::integers(std::vector<int64_t> &To, const std::string &Field) const {
  std::string Wrong;
  To.clear();
  const Tensor *Found = numbers(*this, Field, Wrong);
  return Found ? takeIntegers(*Found, To, Field) : Wrong;
}

std::string Advice::reals(std::vector<double> &To, const std::string &Field) const {
  std::string Wrong;
  To.clear();
  const Tensor *Found = numbers(*this, Field, Wrong);
  return Found ? takeReals(*Found, To, Field) : Wrong;
}

std::string Advice::reals(std::vector<float> &To, const std::string &Field) const {
  std::string Wrong;
  To.clear();
  const Tensor *Found = numbers(*this, Field, Wrong);
  return Found ? takeReals(*Found, To, Field) : Wrong;
}

std::string Advice::text(std::string &To, const std::string &Field) const {
  std::vector<std::string> All;
  if (std::string Wrong = texts(All, Field); !Wrong.empty())
    return Wrong;
  if (All.size() != 1)
    return called(Field) + " has " + std::to_string(All.size()) + " texts where one was expected";
  To = All.front();
  return "";
}

std::string Advice::texts(std::vector<std::string> &To, const std::string &Field) const {
  To.clear();
  const Tensor *Found = field(Field);
  if (!Found)
    return Field.empty() ? "the answer is empty" : "the answer has no " + Field;
  if (Found->Kind != Tensor::Form::String)
    return called(Field) + " is no text";
  for (size_t Begin = 0; Begin < Found->Raw.size();) {
    const size_t End = Found->Raw.find('\0', Begin);
    To.push_back(Found->Raw.substr(Begin, End - Begin));
    Begin = End == std::string::npos ? Found->Raw.size() : End + 1;
  }
  return "";
}

} // namespace mlrun
