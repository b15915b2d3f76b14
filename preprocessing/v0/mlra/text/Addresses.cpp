//===- Addresses.cpp - Addresses of memory operands as LLVM IR ------------===//
#include "text/Addresses.h"

#include "LLVMCompat.h"
#include "text/References.h"

#include "llvm/Analysis/AliasAnalysis.h"
#include "llvm/Analysis/ValueTracking.h"
#include "llvm/IR/InstrTypes.h"
#include "llvm/IR/Instructions.h"

#include <algorithm>

using namespace llvm;

namespace mlra {

namespace {

constexpr size_t MaxMerged = 4; ///< objects that a phi or select may choose among before it counts as any pointer

bool isMerge(const llvm::Value &Pointer) { return isa<PHINode>(Pointer) || isa<SelectInst>(Pointer); }

/// Where a pointer comes from that others may have, too: never an object of this function that has not escaped.
bool comesFromOutside(const llvm::Value &Pointer) {
  return isa<LoadInst>(Pointer) || isa<CallBase>(Pointer) || isa<IntToPtrInst>(Pointer) ||
         isa<ExtractValueInst>(Pointer) || isa<ExtractElementInst>(Pointer);
}

std::string bytes(uint64_t Size) { return "[" + std::to_string(Size) + " x i8]"; }

} // namespace

std::string Addresses::makeNew(const char *Prefix, const std::string &Instruction) {
  std::string Name = std::string("%") + Prefix + std::to_string(Count[Prefix]++);
  (((Instructions += "    ") += Name) += " = ") += Instruction;
  Instructions += '\n';
  return Name;
}

std::string Addresses::makeOnce(const char *Prefix, const std::string &Instruction) {
  std::string &Name = Made[Instruction];
  if (Name.empty())
    Name = makeNew(Prefix, Instruction);
  return Name;
}

void Addresses::letEscape(const llvm::Value &Object, const std::string &Name) {
  if (compat::isCaptured(Object))
    Instructions += "    store ptr " + Name + ", ptr poison\n";
}

std::string Addresses::makeParameter(const Argument &Argument) {
  std::string Name = "%arg" + std::to_string(Parameters.size());
  std::string Text = "ptr ";
  if (Argument.hasSwiftErrorAttr())
    Text += "swifterror ";
  if (Argument.hasNoAliasAttr())
    Text += "noalias ";
  if (Argument.hasPassPointeeByValueCopyAttr())
    Text += "byval(" + bytes(Argument.getPassPointeeByValueCopySize(Layout)) + ") ";
  Parameters[&Argument] = Text + Name;
  if (isIdentifiedFunctionLocal(&Argument))
    letEscape(Argument, Name);
  return Name;
}

/// One of several objects with an unknown offset each, no one knows which; of one alone, too: who asks for an address's
/// object gets none. In the order in which LLVM finds them in the result again.
std::string Addresses::makeMerge(const llvm::Value &Merge) {
  SmallVector<const llvm::Value *, MaxMerged> Merged;
  getUnderlyingObjects(&Merge, Merged);
  auto IsUnclear = [](const llvm::Value *One) { return isMerge(*One); };
  if (Merged.empty() || Merged.size() > MaxMerged || any_of(Merged, IsUnclear))
    return makeNew("any", "freeze ptr poison");
  SmallVector<std::string, MaxMerged> Names;
  for (const llvm::Value *One : Merged) {
    std::string Object = object(*One), Offset = makeNew("i", "freeze i64 poison");
    Names.push_back(makeNew("at", "getelementptr i8, ptr " + Object + ", i64 " + Offset));
  }
  std::string Name = Names.back();
  for (size_t I = std::max<size_t>(Names.size() - 1, 1); I-- > 0;) {
    std::string Which = makeNew("which", "freeze i1 poison");
    Name = makeNew("one", "select i1 " + Which + ", ptr " + Name + ", ptr " + Names[I]);
  }
  return Name;
}

std::string Addresses::makeObject(const llvm::Value &Object) {
  if (const auto *Global = dyn_cast<GlobalValue>(&Object)) {
    Globals.insert(Global);
    std::string Name;
    raw_string_ostream OS(Name);
    printGlobalName(OS, *Global, MST);
    return Name;
  }
  if (const auto *Parameter = dyn_cast<Argument>(&Object))
    return makeParameter(*Parameter);
  if (isMerge(Object))
    return makeMerge(Object);
  if (const auto *Slot = dyn_cast<AllocaInst>(&Object)) {
    std::optional<TypeSize> Size = Slot->getAllocationSize(Layout);
    std::string Name = Size && !Size->isScalable()
                           ? makeNew("alloca", "alloca " + bytes(Size->getFixedValue()))
                           : makeNew("alloca", "alloca i8, i64 " + makeNew("size", "freeze i64 poison"));
    letEscape(Object, Name);
    return Name;
  }
  if (isNoAliasCall(&Object)) {
    std::string Name = makeNew("new", "call noalias ptr null()");
    letEscape(Object, Name);
    return Name;
  }
  return comesFromOutside(Object) ? makeNew("loaded", "load ptr, ptr poison") : makeNew("any", "freeze ptr poison");
}

std::string Addresses::object(const llvm::Value &Object) {
  std::string Known = Objects.lookup(&Object);
  if (!Known.empty())
    return Known;
  std::string Name = makeObject(Object); // may make others
  return Objects[&Object] = Name;
}

unsigned Addresses::indexNumber(const AddressIndex &Index) {
  std::pair<const llvm::Value *, unsigned> Key(Index.Of, static_cast<unsigned>(Index.By));
  auto [At, IsNew] = Indices.insert({Key, std::string()});
  if (IsNew)
    At->second = makeNew("i", "freeze i64 poison");
  return At - Indices.begin();
}

/// LLVM stops to look for an object after some steps: one that it does not find so is none that it knows.
std::string Addresses::objectOf(const llvm::Value &Address, const AddressParts &Parts) {
  return getUnderlyingObject(&Address) == Parts.Object ? object(*Parts.Object) : makeNew("any", "freeze ptr poison");
}

std::string Addresses::valueOf(const llvm::Value &Address) {
  AddressParts Parts = addressParts(Address, Layout);
  if (!Parts.Object->getType()->isPointerTy())
    return "";
  std::string Name = objectOf(Address, Parts);
  SmallVector<std::pair<unsigned, int64_t>, 2> Scaled;
  for (const AddressIndex &Index : Parts.Indices)
    Scaled.push_back({indexNumber(Index), Index.Scale});
  std::sort(Scaled.rbegin(), Scaled.rend()); // a reader meets the last step first
  for (auto [Number, Scale] : Scaled) {
    std::string Index = (Indices.begin() + Number)->second;
    if (Scale < 0)
      Index = makeOnce("i", "mul nsw i64 " + Index + ", " + std::to_string(Scale));
    std::string Type = Scale > 1 ? bytes(Scale) : "i8";
    Name = makeOnce("at", "getelementptr " + Type + ", ptr " + Name + ", i64 " + Index);
  }
  if (Parts.Constant)
    Name = makeOnce("at", "getelementptr i8, ptr " + Name + ", i64 " + std::to_string(Parts.Constant));
  return Name;
}

std::string Addresses::reference(const llvm::Value &Address) {
  auto Known = References.find(&Address);
  if (Known != References.end())
    return Known->second;
  const auto *Type = dyn_cast<PointerType>(Address.getType());
  std::string Name = Type && Type->getAddressSpace() == 0 ? valueOf(Address) : "";
  if (StringRef(Name).starts_with("%"))
    Name.insert(1, "ir.");
  return References[&Address] = Name;
}

} // namespace mlra
