//===- Plan.cpp - A model as steps that can be carried out ----------------===//
#include "onnx/Plan.h"

#include <algorithm>
#include <unordered_map>

namespace mlonnx {

namespace {

class Planner {
public:
  Planner(const Model &Of, Clock::time_point Until, Plan &To) : Of(Of), Until(Until), To(To) {}

  std::string make();

private:
  std::string addConstants();
  std::string addInputs();
  std::string addNode(const Node &Each);
  std::string addOutputs();
  std::string bind(const Node &Each, const Operator &By, Step &Added);
  std::string checkBinding(const Binding &B, const Kernel &Made) const;
  bool fold(Step &Added);
  void keepNeeded();
  void releaseEarly();

  int slotOf(Words Name) const;
  /// -1 if there is one of this name already.
  int addSlot(Words Name, ElementType Type);

  const Model &Of;
  Clock::time_point Until;
  Plan &To;
  std::unordered_map<Words, int> Slots;
  std::vector<ElementType> Types;
  std::vector<bool> IsConstant;
};

std::string nameOf(const Node &Each) {
  const std::string Operator(Each.Operator);
  return Each.Name.empty() ? Operator : Operator + " (" + std::string(Each.Name) + ")";
}

int Planner::slotOf(Words Name) const {
  const auto Found = Slots.find(Name);
  return Found == Slots.end() ? -1 : Found->second;
}

int Planner::addSlot(Words Name, ElementType Type) {
  const int Number = static_cast<int>(To.Slots.size());
  if (!Slots.emplace(Name, Number).second)
    return -1;
  To.Slots.emplace_back();
  Types.push_back(Type);
  IsConstant.push_back(false);
  return Number;
}

std::string Planner::make() {
  if (!Of.Beyond.empty())
    return "it has " + Of.Beyond;
  if (Of.Opset < OldestOpset || Of.Opset > NewestOpset)
    return "its operators are of release " + std::to_string(Of.Opset) + ", known are " + std::to_string(OldestOpset) +
           " to " + std::to_string(NewestOpset);
  std::string Wrong = addConstants();
  if (Wrong.empty())
    Wrong = addInputs();
  for (const Node &Each : Of.Nodes)
    if (Wrong.empty())
      Wrong = addNode(Each);
  if (Wrong.empty())
    Wrong = addOutputs();
  if (!Wrong.empty())
    return Wrong;
  keepNeeded();
  releaseEarly();
  return "";
}

std::string Planner::addConstants() {
  for (const StoredTensor &Each : Of.Constants) {
    Value Loaded;
    if (Fault Wrong = Each.load(To.From, Loaded))
      return std::string(Each.Name) + " is " + Wrong;
    const int Slot = addSlot(Each.Name, Loaded.Type);
    if (Slot < 0 || Each.Name.empty())
      return "two of its values have one name";
    To.Slots[static_cast<size_t>(Slot)] = std::move(Loaded);
    IsConstant.back() = true;
  }
  return "";
}

/// An input with a constant of its name has that as default; nobody gives it.
std::string Planner::addInputs() {
  for (const Port &Each : Of.Inputs) {
    if (slotOf(Each.Name) >= 0)
      continue;
    const ElementType Type = elementTypeOf(Each.Type);
    const int Slot = addSlot(Each.Name, Type);
    if (Type == ElementType::None || !Each.HasShape || Slot < 0)
      return "its input " + std::string(Each.Name) + " is of a type or a shape that is not known";
    To.Inputs.push_back({std::string(Each.Name), Type, Each.Dims, Slot});
  }
  return "";
}

std::string Planner::addNode(const Node &Each) {
  const bool IsStandard = Each.Domain.empty() || Each.Domain == "ai.onnx";
  const Operator *Known = IsStandard ? findOperator(Each.Operator) : nullptr;
  if (!Known || Of.Opset < Known->Since)
    return "the operator " + std::string(Each.Operator) + " is not known";
  Step Added;
  Added.Name = nameOf(Each);
  for (Words Name : Each.Inputs) {
    const int Slot = Name.empty() ? -1 : slotOf(Name);
    if (Slot < 0 && !Name.empty())
      return Added.Name + " takes " + std::string(Name) + ", which is not there";
    Added.Inputs.push_back(Slot);
  }
  while (!Added.Inputs.empty() && Added.Inputs.back() < 0)
    Added.Inputs.pop_back();
  if (std::string Wrong = bind(Each, *Known, Added); !Wrong.empty())
    return Added.Name + ": " + Wrong;
  if (Clock::now() > Until)
    return "it took longer than the limit";
  if (!fold(Added))
    To.Steps.push_back(std::move(Added));
  return "";
}

std::string Planner::bind(const Node &Each, const Operator &By, Step &Added) {
  Binding B(Each, Of.Opset, To.From);
  for (int Slot : Added.Inputs) {
    B.Types.push_back(Slot < 0 ? ElementType::None : Types[static_cast<size_t>(Slot)]);
    const bool IsKnown = Slot >= 0 && IsConstant[static_cast<size_t>(Slot)];
    B.Constants.push_back(IsKnown ? &To.Slots[static_cast<size_t>(Slot)] : nullptr);
  }
  Added.Does = By.Bind(B);
  if (std::string Wrong = checkBinding(B, Added.Does); !Wrong.empty())
    return Wrong;
  for (size_t I = 0; I < Each.Outputs.size(); ++I) {
    Added.Outputs.push_back(-1);
    if (Each.Outputs[I].empty())
      continue;
    if (I >= B.Results.size())
      return "more outputs than are known";
    Added.Outputs.back() = addSlot(Each.Outputs[I], B.Results[I]);
    if (Added.Outputs.back() < 0)
      return "its output has a name that another value has";
  }
  Added.Outputs.resize(B.Results.size(), -1);
  return "";
}

std::string Planner::checkBinding(const Binding &B, const Kernel &Made) const {
  if (!B.refusal().empty())
    return B.refusal();
  if (!Made)
    return "it cannot be evaluated";
  const Words Left = B.leftAttribute();
  return Left.empty() ? "" : "the attribute " + std::string(Left) + " is not known";
}

/// Carries out what depends on nothing that is told; a fault is left to when somebody asks.
bool Planner::fold(Step &Added) {
  Call C{To.From, {}, {}};
  for (int Slot : Added.Inputs) {
    if (Slot >= 0 && !IsConstant[static_cast<size_t>(Slot)])
      return false;
    C.Inputs.push_back(Slot < 0 ? nullptr : &To.Slots[static_cast<size_t>(Slot)]);
  }
  std::vector<Value> Results(Added.Outputs.size());
  for (Value &Each : Results)
    C.Outputs.push_back(&Each);
  if (Added.Does(C))
    return false;
  for (size_t I = 0; I < Results.size(); ++I)
    if (const int Slot = Added.Outputs[I]; Slot >= 0) {
      To.Slots[static_cast<size_t>(Slot)] = std::move(Results[I]);
      IsConstant[static_cast<size_t>(Slot)] = true;
    }
  return true;
}

std::string Planner::addOutputs() {
  for (const Port &Each : Of.Outputs) {
    const int Slot = slotOf(Each.Name);
    if (Slot < 0)
      return "its output " + std::string(Each.Name) + " is not there";
    const ElementType Type = Types[static_cast<size_t>(Slot)];
    if (Each.Type && Each.Type != static_cast<uint64_t>(Type))
      return "its output " + std::string(Each.Name) + " is of another type than it says";
    To.Outputs.push_back({std::string(Each.Name), Type, {}, Slot});
  }
  return To.Outputs.empty() ? "it has no output" : "";
}

void Planner::keepNeeded() {
  std::vector<bool> IsNeeded(To.Slots.size(), false);
  for (const PlannedPort &Each : To.Outputs)
    IsNeeded[static_cast<size_t>(Each.Slot)] = true;
  std::vector<Step> Kept;
  for (auto Each = To.Steps.rbegin(); Each != To.Steps.rend(); ++Each) {
    const auto Wants = [&](int Slot) { return Slot >= 0 && IsNeeded[static_cast<size_t>(Slot)]; };
    if (std::none_of(Each->Outputs.begin(), Each->Outputs.end(), Wants))
      continue;
    for (int &Slot : Each->Outputs)
      Slot = Wants(Slot) ? Slot : -1;
    for (int Slot : Each->Inputs)
      if (Slot >= 0)
        IsNeeded[static_cast<size_t>(Slot)] = true;
    Kept.push_back(std::move(*Each));
  }
  std::reverse(Kept.begin(), Kept.end());
  To.Steps = std::move(Kept);
  for (size_t I = 0; I < To.Slots.size(); ++I)
    if (!IsNeeded[I])
      To.Slots[I] = Value();
}

/// Each value that is computed goes behind the last step that takes it, but for what is answered.
void Planner::releaseEarly() {
  std::vector<bool> IsDone(To.Slots.size(), false);
  for (size_t I = 0; I < IsDone.size(); ++I)
    IsDone[I] = IsConstant[I];
  for (const PlannedPort &Each : To.Outputs)
    IsDone[static_cast<size_t>(Each.Slot)] = true;
  for (auto Each = To.Steps.rbegin(); Each != To.Steps.rend(); ++Each)
    for (int Slot : Each->Inputs)
      if (Slot >= 0 && !IsDone[static_cast<size_t>(Slot)]) {
        IsDone[static_cast<size_t>(Slot)] = true;
        Each->Released.push_back(Slot);
      }
}

} // namespace

std::string makePlan(const Model &Of, Clock::time_point Until, Plan &To) { return Planner(Of, Until, To).make(); }

} // namespace mlonnx
