//===- DecisionText.cpp - Decisions as text -------------------------------===//
#include "decide/DecisionText.h"

#include "decide/NodeGroups.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/JSON.h"

#include <limits>

using namespace llvm;

namespace mlra {

namespace {

constexpr unsigned MaximalDepth = 8; ///< LLVM's parser calls itself for each bracket

struct Shape {
  unsigned Least, Most; ///< members behind the word
  const char *Text;
};

/// In the order of DecisionKind.
constexpr Shape Shapes[DecisionKinds] = {
    {2, 2, "[\"assign\", node, \"register\"]"},
    {1, 1, "[\"spill\", node or group]"},
    {2, 3, "[\"split\", node or group, use point] and perhaps \"spill-head\" or \"spill-tail\""},
    {2, 3, "[\"loop\", node, header block] and perhaps \"spill-outside\" or \"spill-inside\""},
    {2, 2, "[\"hint\", node, \"register\"]"},
    {1, 1, "[\"first\", node or group]"},
    {1, 1, "[\"last\", node or group]"},
    {1, 1, "[\"keep\", node or group]"},
    {2, 2, "[\"weight\", node or group, factor]"},
    {2, 2, "[\"set\", \"option\", value]"},
};

bool nestsTooDeep(StringRef Line) {
  unsigned Depth = 0;
  bool IsString = false;
  for (size_t I = 0; I < Line.size(); ++I) {
    char C = Line[I];
    if (C == '"')
      IsString = !IsString;
    else if (IsString && C == '\\')
      ++I;
    else if (!IsString && (C == '[' || C == '{') && ++Depth > MaximalDepth)
      return true;
    else if (!IsString && (C == ']' || C == '}') && Depth)
      --Depth;
  }
  return false;
}

bool readUnsigned(const json::Value &V, unsigned &Result) {
  std::optional<int64_t> Number = V.getAsInteger();
  if (!Number || *Number < 0 || *Number > std::numeric_limits<int32_t>::max())
    return false;
  Result = static_cast<unsigned>(*Number);
  return true;
}

bool readNode(const json::Value &V, NodeName &Result) {
  if (readUnsigned(V, Result.Register))
    return true;
  std::optional<StringRef> Text = V.getAsString();
  if (!Text)
    return false;
  auto [Register, Piece] = Text->split('.');
  return !Register.getAsInteger(10, Result.Register) && !Piece.getAsInteger(10, Result.Piece) && Result.Piece;
}

/// A node, or a group that stands in its place.
bool readNodes(const json::Value &V, Decision &D) {
  std::optional<StringRef> Text = V.getAsString();
  return readNode(V, D.Node) || (Text && parseGroup(*Text, D.Group));
}

bool readString(const json::Value &V, std::string &Result) {
  std::optional<StringRef> Text = V.getAsString();
  if (Text)
    Result = Text->str();
  return Text && !Text->empty();
}

bool readNumber(const json::Value &V, double &Result) {
  std::optional<double> Number = V.getAsNumber();
  Result = Number.value_or(0);
  return Number.has_value();
}

/// The value of an option as it would be written on the command line.
bool readValue(const json::Value &V, std::string &Result) {
  if (std::optional<bool> Flag = V.getAsBoolean()) {
    Result = *Flag ? "true" : "false";
    return true;
  }
  if (std::optional<uint64_t> Number = V.getAsUINT64()) {
    Result = utostr(*Number);
    return true;
  }
  return readString(V, Result);
}

bool readSide(const json::Value &V, bool IsLoop, SpillSide &Result) {
  std::optional<StringRef> Text = V.getAsString();
  if (!Text)
    return false;
  if (*Text == (IsLoop ? "spill-outside" : "spill-head"))
    Result = SpillSide::Head;
  else if (*Text == (IsLoop ? "spill-inside" : "spill-tail"))
    Result = SpillSide::Tail;
  else
    return *Text == "keep";
  return true;
}

bool readMembers(const json::Array &Members, Decision &D) {
  switch (D.Kind) {
  case DecisionKind::Setting:
    return readString(Members[1], D.Name) && readValue(Members[2], D.Value);
  case DecisionKind::Assign:
  case DecisionKind::Hint:
    return readNode(Members[1], D.Node) && readString(Members[2], D.Name);
  case DecisionKind::Weight:
    return readNodes(Members[1], D) && readNumber(Members[2], D.Factor);
  case DecisionKind::Split:
    return readNodes(Members[1], D) && readUnsigned(Members[2], D.Place) &&
           (Members.size() < 4 || readSide(Members[3], false, D.Side));
  case DecisionKind::SplitLoop:
    return readNode(Members[1], D.Node) && readUnsigned(Members[2], D.Place) &&
           (Members.size() < 4 || readSide(Members[3], true, D.Side));
  default:
    return readNodes(Members[1], D);
  }
}

std::string readDecision(const json::Value &V, Decision &D) {
  const json::Array *Members = V.getAsArray();
  std::optional<StringRef> Word;
  if (Members && !Members->empty())
    Word = Members->front().getAsString();
  std::optional<DecisionKind> Kind = Word ? kindOf(*Word) : std::nullopt;
  if (!Kind)
    return "expected an array that begins with one of " +
           join(std::begin(DecisionWords), std::end(DecisionWords), ", ");
  D.Kind = *Kind;
  const Shape &Expected = Shapes[static_cast<unsigned>(*Kind)];
  size_t Size = Members->size() - 1;
  if (Size < Expected.Least || Size > Expected.Most || !readMembers(*Members, D))
    return std::string("expected ") + Expected.Text;
  return "";
}

std::string readList(const json::Value *V, std::vector<Decision> &Result) {
  const json::Array *List = V ? V->getAsArray() : nullptr;
  if (!List)
    return "expected a member \"decisions\" that is an array";
  Result.reserve(List->size());
  for (size_t I = 0; I < List->size(); ++I) {
    Decision D{DecisionKind::Spill, {}};
    if (std::string Problem = readDecision((*List)[I], D); !Problem.empty())
      return "decision " + utostr(I + 1) + ": " + Problem;
    Result.push_back(std::move(D));
  }
  return "";
}

/// The value of a line, or what is wrong with it.
std::string parseJson(StringRef Text, std::optional<json::Value> &Result) {
  if (nestsTooDeep(Text))
    return "expected no more than " + utostr(MaximalDepth) + " brackets within each other";
  if (!json::isUTF8(Text))
    return "expected UTF-8";
  Expected<json::Value> Parsed = json::parse(Text);
  if (!Parsed)
    return "expected JSON: " + toString(Parsed.takeError());
  Result = std::move(*Parsed);
  return "";
}

json::Value nodeValue(NodeName Node) {
  return Node.Piece ? json::Value(nodeText(Node)) : json::Value(static_cast<int64_t>(Node.Register));
}

json::Array toJson(const Decision &D) {
  json::Array Members{wordOf(D.Kind)};
  if (D.Kind == DecisionKind::Setting) {
    Members.push_back(D.Name), Members.push_back(D.Value);
    return Members;
  }
  Members.push_back(D.isOfGroup() ? json::Value(groupText(D.Group)) : nodeValue(D.Node));
  if (D.Kind == DecisionKind::Assign || D.Kind == DecisionKind::Hint)
    Members.push_back(D.Name);
  else if (D.Kind == DecisionKind::Weight)
    Members.push_back(D.Factor);
  else if (D.splits())
    Members.push_back(static_cast<int64_t>(D.Place));
  bool IsLoop = D.Kind == DecisionKind::SplitLoop;
  if (D.splits() && D.Side != SpillSide::None)
    Members.push_back(D.Side == SpillSide::Head ? (IsLoop ? "spill-outside" : "spill-head")
                                                : (IsLoop ? "spill-inside" : "spill-tail"));
  return Members;
}

} // namespace

std::string nodeText(NodeName Node) {
  return Node.Piece ? utostr(Node.Register) + "." + utostr(Node.Piece) : utostr(Node.Register);
}

std::string parseDecisions(StringRef Line, FunctionDecisions &Result) {
  std::optional<json::Value> Parsed;
  if (std::string Problem = parseJson(Line, Parsed); !Problem.empty())
    return Problem;
  const json::Object *Object = Parsed->getAsObject();
  if (!Object)
    return "expected an object";
  std::optional<StringRef> Name = Object->getString("function");
  if (!Name)
    return "expected a member \"function\" that is a string";
  Result.Function = Name->str();
  return readList(Object->get("decisions"), Result.Decisions);
}

std::string parseDecisionList(StringRef Json, std::vector<Decision> &Result) {
  std::optional<json::Value> Parsed;
  if (std::string Problem = parseJson(Json, Parsed); !Problem.empty())
    return Problem;
  return readList(&*Parsed, Result);
}

std::string decisionListText(ArrayRef<Decision> Decisions) {
  std::string Text;
  raw_string_ostream OS(Text);
  json::OStream J(OS);
  J.array([&] {
    for (const Decision &D : Decisions)
      J.value(toJson(D));
  });
  return OS.str();
}

} // namespace mlra
