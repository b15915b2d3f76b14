//===- Settings.cpp - LLVM's options for one function ---------------------===//
//
// A closed list: an option's type cannot be asked for, and without it neither can its value be saved nor a wrong value
// be refused before LLVM prints an error of its own.
//
//===----------------------------------------------------------------------===//
#include "decide/Settings.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/CommandLine.h"

#include <limits>

using namespace llvm;

namespace mlra {

namespace {

enum class SettingType : unsigned char { Unsigned, Long, Bool };

struct SettingRow {
  const char *Name;
  SettingType Type;
};

/// All that LLVM 19 and 22 read anew in each function.
constexpr SettingRow Rows[] = {
    {"exhaustive-register-search", SettingType::Bool},
    {"greedy-regclass-priority-trumps-globalness", SettingType::Bool},
    {"greedy-reverse-local-assignment", SettingType::Bool},
    {"grow-region-complexity-budget", SettingType::Long},
    {"huge-size-for-split", SettingType::Unsigned},
    {"lcr-max-depth", SettingType::Unsigned},
    {"lcr-max-interf", SettingType::Unsigned},
    {"regalloc-csr-first-time-cost", SettingType::Unsigned},
    {"regalloc-eviction-max-interference-cutoff", SettingType::Unsigned},
    {"split-threshold-for-reg-with-hint", SettingType::Unsigned},
};

const SettingRow *rowOf(StringRef Name) {
  const SettingRow *Row = find_if(Rows, [&](const SettingRow &R) { return Name == R.Name; });
  return Row == std::end(Rows) ? nullptr : Row;
}

cl::Option *optionNamed(StringRef Name) {
  auto Found = cl::getRegisteredOptions().find(Name);
  return Found == cl::getRegisteredOptions().end() ? nullptr : Found->second;
}

unsigned long valueOf(cl::Option &O, SettingType Type) {
  switch (Type) {
  case SettingType::Unsigned:
    return static_cast<cl::opt<unsigned> &>(O).getValue();
  case SettingType::Long:
    return static_cast<cl::opt<unsigned long> &>(O).getValue();
  case SettingType::Bool:
    return static_cast<cl::opt<bool> &>(O).getValue();
  }
  return 0;
}

void setValue(cl::Option &O, SettingType Type, unsigned long Value) {
  switch (Type) {
  case SettingType::Unsigned:
    return static_cast<cl::opt<unsigned> &>(O).setValue(static_cast<unsigned>(Value));
  case SettingType::Long:
    return static_cast<cl::opt<unsigned long> &>(O).setValue(Value);
  case SettingType::Bool:
    return static_cast<cl::opt<bool> &>(O).setValue(Value != 0);
  }
}

bool parse(StringRef Text, SettingType Type, unsigned long &Value) {
  if (Type == SettingType::Bool) {
    Value = Text == "true" || Text == "1";
    return Value || Text == "false" || Text == "0";
  }
  unsigned long Largest =
      Type == SettingType::Unsigned ? std::numeric_limits<unsigned>::max() : std::numeric_limits<unsigned long>::max();
  return !Text.getAsInteger(10, Value) && Value <= Largest;
}

std::string textOf(unsigned long Value, SettingType Type) {
  return Type == SettingType::Bool ? (Value ? "true" : "false") : utostr(Value);
}

} // namespace

std::string Settings::refusal(StringRef Name, StringRef Text) {
  const SettingRow *Row = rowOf(Name);
  if (!Row || !optionNamed(Name))
    return "no option that can be set for a function";
  unsigned long Value = 0;
  return parse(Text, Row->Type, Value) ? "" : "no value of that option";
}

std::string Settings::set(StringRef Name, StringRef Text) {
  if (std::string Reason = refusal(Name, Text); !Reason.empty())
    return Reason;
  const SettingRow *Row = rowOf(Name);
  cl::Option &O = *optionNamed(Name);
  unsigned long Value = 0;
  parse(Text, Row->Type, Value);
  Before.push_back({static_cast<unsigned>(Row - Rows), valueOf(O, Row->Type), O.getNumOccurrences()});
  if (!O.getNumOccurrences()) // some are only looked at if they occur
    O.addOccurrence(0, Row->Name, textOf(Value, Row->Type));
  setValue(O, Row->Type, Value);
  return "";
}

void Settings::restore() {
  while (!Before.empty()) {
    const Saved &Was = Before.back();
    cl::Option &O = *optionNamed(Rows[Was.Row].Name);
    if (!Was.Occurrences)
      O.reset();
    setValue(O, Rows[Was.Row].Type, Was.Value);
    Before.pop_back();
  }
}

} // namespace mlra
