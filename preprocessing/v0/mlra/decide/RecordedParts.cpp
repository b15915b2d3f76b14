//===- RecordedParts.cpp - A recorded answer, as it is carried out again --------===//
#include "decide/RecordedParts.h"

#include "llvm/Support/JSON.h"

#include <limits>

using namespace llvm;

namespace mlra {

namespace {

/// Reads rows of numbers and places. What is wrong first is kept, and all that is read behind it is zero.
class RowReader {
public:
  RowReader(const json::Object &Object, function_ref<MCRegister(StringRef)> RegisterNamed)
      : Object(Object), RegisterNamed(RegisterNamed) {}

  template <typename DoT> void rows(StringRef Member, size_t Width, DoT Do) {
    const json::Array *Rows = Object.getArray(Member);
    if (!Rows)
      return fail(("\"" + Member + "\" is no list").str());
    for (const json::Value &Each : *Rows) {
      Row = Each.getAsArray();
      if (!Row || Row->size() != Width)
        return fail(("\"" + Member + "\" has a row that is no list of " + Twine(Width)).str());
      At = 0;
      Do();
      if (!Problem.empty())
        return;
    }
  }

  int number(int Least = 0) {
    std::optional<int64_t> Found = (*Row)[At++].getAsInteger();
    if (!Found || *Found < Least || *Found > std::numeric_limits<int>::max() / 4)
      fail("a number is missing or out of range");
    return Problem.empty() ? static_cast<int>(*Found) : 0;
  }

  int place() {
    const json::Value &Value = (*Row)[At++];
    if (Value.getAsNull())
      return RecordedPlace::Nowhere;
    std::optional<StringRef> Name = Value.getAsString();
    if (!Name)
      return fail("a place is a register's name, \"slot\" or null"), 0;
    if (*Name == "slot")
      return RecordedPlace::Slot;
    MCRegister Register = RegisterNamed(*Name);
    if (!Register)
      fail(("there is no register " + *Name).str());
    return static_cast<int>(Register.id());
  }

  void fail(std::string What) {
    if (Problem.empty())
      Problem = std::move(What);
  }

  std::string Problem;

private:
  const json::Object &Object;
  function_ref<MCRegister(StringRef)> RegisterNamed;
  const json::Array *Row = nullptr;
  size_t At = 0;
};

MoveKind kindOf(RowReader &Reader) {
  int Kind = Reader.number();
  if (Kind > static_cast<int>(MoveKind::Other))
    Reader.fail("a move is of no known kind");
  return static_cast<MoveKind>(Kind);
}

} // namespace

std::string functionOf(StringRef Line) {
  if (!Line.consume_front("{\"function\": ") && !Line.consume_front("{\"function\":"))
    return "";
  size_t End = Line.find('"', 1);
  while (End != StringRef::npos && Line[End - 1] == '\\')
    End = Line.find('"', End + 1);
  if (End == StringRef::npos)
    return "";
  Expected<json::Value> Name = json::parse(Line.take_front(End + 1));
  if (!Name) {
    consumeError(Name.takeError());
    return "";
  }
  return Name->getAsString().value_or("").str();
}

std::string parseParts(StringRef Line, function_ref<MCRegister(StringRef)> RegisterNamed, RecordedParts &Result) {
  Expected<json::Value> Parsed = json::parse(Line);
  if (!Parsed)
    return toString(Parsed.takeError());
  const json::Object *Object = Parsed->getAsObject();
  if (!Object || !Object->getString("function") || !Object->getInteger("instructions"))
    return "expected an object with \"function\" and \"instructions\"";
  Result.Function = Object->getString("function")->str();
  Result.Instructions = static_cast<int>(*Object->getInteger("instructions"));
  RowReader R(*Object, RegisterNamed);
  R.rows("assigned", 2, [&] {
    unsigned Register = R.number();
    Result.Assigned.push_back({Register, R.place()});
  });
  R.rows("parts", 4, [&] {
    unsigned Register = R.number();
    int First = R.number(), Last = R.number();
    Result.Parts.push_back({Register, {First, Last}, R.place()});
  });
  R.rows("choices", 4, [&] {
    int Instruction = R.number();
    unsigned Operand = R.number(), Register = R.number();
    Result.Choices.push_back({Instruction, Operand, Register, R.place()});
  });
  R.rows("moves", 7, [&] {
    MoveKind Kind = kindOf(R);
    int Instruction = R.number(), Block = R.number();
    unsigned Register = R.number();
    int From = R.place(), To = R.place();
    Result.Moves.push_back({Kind, Instruction, Block, Register, From, To, R.number(-1)});
  });
  return R.Problem;
}

} // namespace mlra
