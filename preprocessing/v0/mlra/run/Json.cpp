//===- Json.cpp - The little JSON that messages need ----------------------===//
#include "run/Json.h"

#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>

namespace mlrun {

namespace {

/// Bytes of the UTF-8 character at `At`; 0 if there is none.
size_t characterLength(const std::string &Text, size_t At) {
  const auto Byte = [&](size_t I) { return I < Text.size() ? static_cast<unsigned char>(Text[I]) : 0u; };
  const unsigned First = Byte(At);
  const size_t Length = First < 0x80   ? 1
                        : First < 0xC2 ? 0
                        : First < 0xE0 ? 2
                        : First < 0xF0 ? 3
                        : First < 0xF5 ? 4
                                       : 0;
  for (size_t I = 1; I < Length; ++I)
    if ((Byte(At + I) & 0xC0) != 0x80)
      return 0;
  const unsigned Second = Byte(At + 1);
  const bool Overlong = (First == 0xE0 && Second < 0xA0) || (First == 0xF0 && Second < 0x90);
  const bool Beyond = (First == 0xED && Second > 0x9F) || (First == 0xF4 && Second > 0x8F);
  return Overlong || Beyond ? 0 : Length;
}

void appendCharacter(std::string &To, uint32_t Code) {
  if (Code < 0x80) {
    To += static_cast<char>(Code);
  } else if (Code < 0x800) {
    To += static_cast<char>(0xC0 | Code >> 6);
    To += static_cast<char>(0x80 | (Code & 0x3F));
  } else if (Code < 0x10000) {
    To += static_cast<char>(0xE0 | Code >> 12);
    To += static_cast<char>(0x80 | (Code >> 6 & 0x3F));
    To += static_cast<char>(0x80 | (Code & 0x3F));
  } else {
    To += static_cast<char>(0xF0 | Code >> 18);
    To += static_cast<char>(0x80 | (Code >> 12 & 0x3F));
    To += static_cast<char>(0x80 | (Code >> 6 & 0x3F));
    To += static_cast<char>(0x80 | (Code & 0x3F));
  }
}

template <typename T> void appendNumber(std::string &To, T Value) {
  char Digits[32];
  To.append(Digits, std::to_chars(Digits, Digits + sizeof(Digits), Value).ptr);
}

template <typename T> void appendReal(std::string &To, T Value) {
  if (std::isnan(Value))
    To += "NaN";
  else if (std::isinf(Value))
    To += Value > 0 ? "Infinity" : "-Infinity";
  else
    appendNumber(To, Value);
}

/// One value of an answer, before its list is known to be of one kind.
struct Value {
  enum class Kind { Integer, Real, Boolean, String, Other } Is = Kind::Other;
  int64_t Integer = 0;
  double Real = 0;
  std::string String;
};

class Reader {
public:
  explicit Reader(const std::string &Text) : Text(Text) {}

  std::string member(const std::string &Key, Tensor &To) {
    if (!take('{'))
      return expected("an object");
    bool Found = false;
    const bool IsEmpty = take('}');
    if (!IsEmpty)
      do {
        std::string Name;
        if (!string(Name) || !take(':'))
          return expected("a key");
        const bool Wanted = Name == Key;
        if (!(Wanted ? values(To) : skip(0)))
          return Wrong.empty() ? expected("a value") : Wrong;
        Found |= Wanted;
      } while (take(','));
    if (!IsEmpty && !take('}'))
      return expected("'}'");
    blanks();
    if (At != Text.size())
      return expected("the end");
    return Found ? "" : "the answer has no \"" + Key + "\"";
  }

private:
  std::string expected(const char *What) const {
    return "the answer is no JSON: " + std::string(What) + " was expected at byte " + std::to_string(At) + " of " +
           std::to_string(Text.size());
  }

  void blanks() {
    while (At < Text.size() && std::strchr(" \t\r\n", Text[At]) && Text[At])
      ++At;
  }

  bool take(char What) {
    blanks();
    if (At >= Text.size() || Text[At] != What)
      return false;
    ++At;
    return true;
  }

  bool word(const char *What) {
    const size_t Length = std::strlen(What);
    if (Text.compare(At, Length, What) != 0)
      return false;
    At += Length;
    return true;
  }

  bool hexadecimal(uint32_t &Code) {
    if (At + 4 > Text.size())
      return false;
    const auto Done = std::from_chars(&Text[At], &Text[At] + 4, Code, 16);
    At += 4;
    return Done.ptr == &Text[At - 4] + 4;
  }

  bool escape(std::string &To) {
    static constexpr char Letters[] = "\"\\/bfnrt", Meant[] = "\"\\/\b\f\n\r\t";
    if (At >= Text.size())
      return false;
    const char Letter = Text[At++];
    if (const char *Place = std::strchr(Letters, Letter); Place && Letter) {
      To += Meant[Place - Letters];
      return true;
    }
    uint32_t Code, Low;
    if (Letter != 'u' || !hexadecimal(Code))
      return false;
    if (Code >= 0xD800 && Code < 0xDC00 && word("\\u") && hexadecimal(Low) && Low >= 0xDC00 && Low < 0xE000)
      Code = 0x10000 + ((Code - 0xD800) << 10) + (Low - 0xDC00);
    appendCharacter(To, Code >= 0xD800 && Code < 0xE000 ? 0xFFFD : Code);
    return true;
  }

  bool string(std::string &To) {
    if (!take('"'))
      return false;
    while (At < Text.size() && Text[At] != '"') {
      if (static_cast<unsigned char>(Text[At]) < 0x20)
        return false;
      if (Text[At] != '\\')
        To += Text[At++];
      else if (++At, !escape(To))
        return false;
    }
    return take('"');
  }

  bool number(Value &To) {
    const char *Begin = Text.data() + At, *End = Text.data() + Text.size();
    if (At >= Text.size() || (*Begin != '-' && (*Begin < '0' || *Begin > '9')))
      return false;
    const auto Whole = std::from_chars(Begin, End, To.Integer);
    const bool Fraction = Whole.ptr < End && std::strchr(".eE", *Whole.ptr) && *Whole.ptr;
    if (Whole.ec == std::errc() && !Fraction) {
      To.Is = Value::Kind::Integer;
      At = Whole.ptr - Text.data();
      return true;
    }
    const auto Real = std::from_chars(Begin, End, To.Real);
    if (Real.ec == std::errc::result_out_of_range)
      To.Real = *Begin == '-' ? -std::numeric_limits<double>::infinity() : std::numeric_limits<double>::infinity();
    else if (Real.ec != std::errc())
      return false;
    To.Is = Value::Kind::Real;
    At = Real.ptr - Text.data();
    return true;
  }

  bool real(Value &To, double Real) {
    To.Is = Value::Kind::Real;
    To.Real = Real;
    return true;
  }

  bool boolean(Value &To, bool Is) {
    To.Is = Value::Kind::Boolean;
    To.Integer = Is;
    return true;
  }

  bool scalar(Value &To) {
    blanks();
    if (At < Text.size() && Text[At] == '"') {
      To.Is = Value::Kind::String;
      return string(To.String);
    }
    if (word("NaN"))
      return real(To, std::numeric_limits<double>::quiet_NaN());
    if (word("Infinity"))
      return real(To, std::numeric_limits<double>::infinity());
    if (word("-Infinity"))
      return real(To, -std::numeric_limits<double>::infinity());
    if (word("true"))
      return boolean(To, true);
    if (word("false"))
      return boolean(To, false);
    return number(To);
  }

  bool values(Tensor &To) {
    std::vector<Value> Found;
    const bool IsList = take('[');
    if (!IsList || !take(']')) {
      do
        if (!scalar(Found.emplace_back()))
          return false;
      while (IsList && take(','));
      if (IsList && !take(']'))
        return false;
    }
    To.Kind = IsList ? Tensor::Form::Vector : Tensor::Form::Scalar;
    To.Shape = {static_cast<int64_t>(Found.size())};
    return store(Found, To);
  }

  /// All of one kind: integers next to reals are reals.
  bool store(const std::vector<Value> &Found, Tensor &To) {
    Value::Kind Is = Found.empty() ? Value::Kind::Integer : Found.front().Is;
    for (const Value &Each : Found) {
      const bool Mixed = (Is == Value::Kind::Integer && Each.Is == Value::Kind::Real) ||
                         (Is == Value::Kind::Real && Each.Is == Value::Kind::Integer);
      if (Mixed)
        Is = Value::Kind::Real;
      else if (Each.Is != Is) {
        Wrong = "the answer is a list of several kinds of values";
        return false;
      }
    }
    To.Raw.clear();
    To.Type = Is == Value::Kind::Integer  ? ElementType::Int64
              : Is == Value::Kind::Real   ? ElementType::Double
              : Is == Value::Kind::String ? ElementType::UInt8
                                          : ElementType::Bool;
    for (const Value &Each : Found)
      append(Each, Is, To);
    if (Is == Value::Kind::String)
      To.Kind = Tensor::Form::String, To.Shape = {static_cast<int64_t>(To.Raw.size())};
    return true;
  }

  static void append(const Value &Each, Value::Kind Is, Tensor &To) {
    const double Real = Each.Is == Value::Kind::Real ? Each.Real : static_cast<double>(Each.Integer);
    if (Is == Value::Kind::Integer)
      To.Raw.append(reinterpret_cast<const char *>(&Each.Integer), sizeof(Each.Integer));
    else if (Is == Value::Kind::Real)
      To.Raw.append(reinterpret_cast<const char *>(&Real), sizeof(Real));
    else if (Is == Value::Kind::Boolean)
      To.Raw += static_cast<char>(Each.Integer);
    else
      To.Raw.append(Each.String.c_str(), Each.String.size() + 1);
  }

  /// Over a value that nobody asked for.
  bool skip(unsigned Depth) {
    if (Depth > 64)
      return false;
    const bool IsObject = take('{');
    if (!IsObject && !take('[')) {
      Value Ignored;
      return word("null") || scalar(Ignored);
    }
    const char End = IsObject ? '}' : ']';
    if (take(End))
      return true;
    do {
      std::string Key;
      if ((IsObject && (!string(Key) || !take(':'))) || !skip(Depth + 1))
        return false;
    } while (take(','));
    return take(End);
  }

  const std::string &Text;
  size_t At = 0;
  std::string Wrong;
};

} // namespace

void writeString(std::string &To, const std::string &Text) {
  static constexpr char Digits[] = "0123456789abcdef";
  To += '"';
  for (size_t At = 0; At < Text.size();) {
    const unsigned char Byte = Text[At];
    const size_t Length = characterLength(Text, At);
    if (Length == 0) {
      To += "\xEF\xBF\xBD";
      ++At;
    } else if (Byte < 0x20) {
      ((To += "\\u00") += Digits[Byte >> 4]) += Digits[Byte & 15];
      ++At;
    } else {
      if (Byte == '"' || Byte == '\\')
        To += '\\';
      To.append(Text, At, Length);
      At += Length;
    }
  }
  To += '"';
}

void writeNumber(std::string &To, const Tensor &Values, size_t Index) {
  if (Values.Type == ElementType::Float)
    appendReal(To, static_cast<float>(Values.real(Index)));
  else if (Values.Type == ElementType::Double)
    appendReal(To, Values.real(Index));
  else
    appendNumber(To, Values.integer(Index));
}

std::string readMember(const std::string &Text, const std::string &Key, Tensor &To) {
  return Reader(Text).member(Key, To);
}

} // namespace mlrun
