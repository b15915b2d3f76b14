//===- ModelRegisters.cpp - The registers of a model's columns ------------===//
#include "decide/ModelRegisters.h"

#include "llvm/Support/JSON.h"

using namespace llvm;

namespace mlra {

/// None if the model names none.
static std::string namedRegisters(const mlrun::OnnxRunner &Model, std::vector<std::string> &Names) {
  std::string Text = Model.metadata("mlra.registers");
  if (Text.empty())
    return "";
  Expected<json::Value> Parsed = json::parse(Text);
  if (!Parsed)
    return "the model's mlra.registers: " + toString(Parsed.takeError());
  json::Path::Root Root;
  return fromJSON(*Parsed, Names, Root) ? "" : "the model's mlra.registers is no list of names";
}

std::string findModelRegisters(const mlrun::OnnxRunner &Model, const MachineFunction &MF,
                               std::optional<RegisterColumns> &Columns) {
  std::vector<std::string> Names;
  std::string Problem = namedRegisters(Model, Names);
  RegisterColumns Own(MF);
  if (Problem.empty() && !Names.empty())
    Problem = Own.rename(MF, Names);
  if (Problem.empty())
    Columns = std::move(Own);
  return Problem;
}

} // namespace mlra
