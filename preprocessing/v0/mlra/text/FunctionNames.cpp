//===- FunctionNames.cpp - Names of functions in UTF-8 -------------------------===//
#include "text/FunctionNames.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace mlra {

namespace {

constexpr StringLiteral StandIn = "mlra.quoted.";

std::string escaped(StringRef Name) {
  std::string Text;
  raw_string_ostream OS(Text);
  printEscapedString(Name, OS);
  return Text;
}

/// As LLVM prints it where it stands for a global.
std::string printed(StringRef Name) { return "@\"" + escaped(Name) + '"'; }

/// The same in a scalar of YAML, in single quotes.
std::string doubled(std::string Text) {
  for (size_t At = 0; (At = Text.find('\'', At)) != std::string::npos; At += 2)
    Text.insert(At, 1, '\'');
  return Text;
}

void replaceAll(std::string &Text, const std::string &From, const std::string &To) {
  for (size_t At = 0; (At = Text.find(From, At)) != std::string::npos; At += To.size())
    Text.replace(At, From.size(), To);
}

} // namespace

std::string recordedName(StringRef Name) {
  if (Name.starts_with(StandIn))
    return '"' + Name.drop_front(StandIn.size()).str() + '"';
  return json::isUTF8(Name) && !Name.starts_with("\"") ? Name.str() : '"' + escaped(Name) + '"';
}

std::string textName(StringRef Name) { return json::isUTF8(Name) ? Name.str() : StandIn.str() + escaped(Name); }

std::string withTextName(std::string Text, StringRef Name) {
  if (json::isUTF8(Name))
    return Text;
  std::string From = printed(Name), To = printed(textName(Name));
  replaceAll(Text, From, To);
  if (StringRef(From).contains('\''))
    replaceAll(Text, doubled(From), doubled(To));
  return Text;
}

} // namespace mlra
