//===- ColourMap.cpp - Colours and classes as a model was trained with them ----===//
#include "decide/ColourMap.h"

#include "record/Colours.h"

#include "llvm/ADT/StringMap.h"
#include "llvm/CodeGen/TargetRegisterInfo.h"
#include "llvm/CodeGen/TargetSubtargetInfo.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Target/TargetMachine.h"

using namespace llvm;

namespace mlra {

namespace {

/// X86 or AArch64 in the fork's files.
bool isTarget(const MachineFunction &MF, std::optional<StringRef> Name) {
  return Name && Name->equals_insensitive(Triple::getArchTypePrefix(MF.getTarget().getTargetTriple().getArch()));
}

/// The maps of a folder, by name: where `export` and where the fork puts them.
std::vector<std::string> pathsOfMaps(StringRef ConfigPath) {
  std::vector<std::string> Paths;
  for (StringRef Folder : {"", "regalloc"}) {
    SmallString<128> Path(ConfigPath);
    sys::path::append(Path, Folder);
    std::error_code Error;
    for (sys::fs::directory_iterator It(Path, Error), End; It != End && !Error; It.increment(Error))
      if (StringRef Name = sys::path::filename(It->path()); Name.starts_with("RegColorMap_") && Name.ends_with(".json"))
        Paths.push_back(It->path());
  }
  llvm::sort(Paths);
  return Paths;
}

const json::Object *objectOf(const MachineFunction &MF, const json::Value &Whole) {
  const json::Object *Top = Whole.getAsObject();
  const json::Array *Targets = Top ? Top->getArray("targets") : nullptr;
  for (size_t I = 0; Targets && I < Targets->size(); ++I)
    if (const json::Object *Entry = (*Targets)[I].getAsObject(); Entry && isTarget(MF, Entry->getString("name")))
      return Entry;
  return nullptr;
}

} // namespace

ColourMap::ColourMap(const MachineFunction &MF) : ColourOf(mlra::colours(MF)) {
  for (auto [Reg, Colour] : ColourOf)
    RegistersOf.emplace(Colour, Reg);
}

std::string ColourMap::read(const MachineFunction &MF, StringRef ConfigPath) {
  for (const std::string &Path : pathsOfMaps(ConfigPath)) {
    auto Buffer = MemoryBuffer::getFile(Path);
    if (!Buffer)
      return "cannot read " + Path + ": " + Buffer.getError().message();
    Expected<json::Value> Parsed = json::parse((*Buffer)->getBuffer());
    if (!Parsed)
      return Path + " is no colour map: " + toString(Parsed.takeError());
    if (const json::Object *Entry = objectOf(MF, *Parsed)) {
      std::string Problem = take(MF, *Entry);
      return Problem.empty() ? "" : Path + " is no colour map: " + Problem;
    }
  }
  return "";
}

std::string ColourMap::take(const MachineFunction &MF, const json::Object &Entry) {
  const json::Array *Listed = Entry.getArray("register");
  if (!Listed)
    return "it lists no registers";
  const TargetRegisterInfo &TRI = *MF.getSubtarget().getRegisterInfo();
  StringMap<unsigned> ByName;
  for (unsigned Reg = 1; Reg < TRI.getNumRegs(); ++Reg)
    ByName[StringRef(TRI.getName(Reg)).lower()] = Reg;
  ColourOf.clear();
  RegistersOf.clear();
  for (const json::Value &Row : *Listed) {
    const json::Object *Register = Row.getAsObject();
    std::optional<StringRef> Name = Register ? Register->getString("name") : std::nullopt;
    std::optional<int64_t> Colour = Register ? Register->getInteger("color") : std::nullopt;
    if (!Name || !Colour || *Colour < 0 || *Colour > INT32_MAX)
      return "a register lacks its name or colour";
    auto Found = ByName.find(Name->lower());
    if (Found == ByName.end() || !*Colour)
      continue; // of another release
    ColourOf[Found->second] = static_cast<unsigned>(*Colour);
    RegistersOf.emplace(static_cast<unsigned>(*Colour), Found->second);
  }
  if (const json::Array *Named = Entry.getArray("regclasses"))
    for (const json::Value &Class : *Named)
      if (std::optional<StringRef> Name = Class.getAsString())
        Classes.insert(Name->str());
  return "";
}

unsigned ColourMap::colourOf(MCRegister Reg) const {
  auto Found = ColourOf.find(Reg.id());
  return Found == ColourOf.end() ? 0 : Found->second;
}

MCRegister ColourMap::registerOf(unsigned Colour, const TargetRegisterClass &RC) const {
  auto [First, Last] = RegistersOf.equal_range(Colour);
  for (auto It = First; It != Last; ++It)
    if (RC.contains(MCRegister(It->second)))
      return MCRegister(It->second);
  return MCRegister();
}

} // namespace mlra
