//===- Vocabulary.cpp - Vectors of MIR2Vec's entities ---------------------===//
#include "decide/Vocabulary.h"

#include "decide/VectorText.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Regex.h"

using namespace llvm;

namespace mlra {

namespace {

constexpr StringRef AnyPhysical = "PhyReg_*";
constexpr StringRef Sections[] = {"Opcodes", "CommonOperands", "PhysicalRegisters", "VirtualRegisters"};

/// The entity that a key of a section of LLVM's form stands for.
std::string entityName(StringRef Section, StringRef Key) {
  if (Section == "PhysicalRegisters") {
    if (Key == "PHY_REG" || Key == AnyPhysical)
      return AnyPhysical.str();
    Key.consume_front("PHY_REG_") || Key.consume_front("PhyReg_");
    return ("PhyReg_" + Key).str();
  }
  if (Section == "VirtualRegisters") {
    Key.consume_front("VIRT_REG_") || Key.consume_front("VirtReg_");
    return ("VirtReg_" + Key).str();
  }
  return Key.str();
}

} // namespace

std::string baseOpcode(StringRef Name) {
  // What LLVM 22 calls PEXTRWrri was PEXTRWrr in LLVM 19.
  static const Regex LacksImmediate("^(V?(EXTRACTPS|INSERTPS|(MMX_)?P(EXTR|INSR)[BDQW])Z?(rr|rm|mr))(_REV)?$");
  auto IsLetter = [](char C) { return isAlpha(C) || C == '_'; };
  StringRef Base = Name.drop_until(IsLetter).take_while(IsLetter).rtrim('_');
  if (Name.find_if(IsLetter) == StringRef::npos)
    return Name.str();
  SmallVector<StringRef, 8> Groups;
  if (LacksImmediate.match(Base, &Groups))
    return (Groups[1] + "i" + Groups[6]).str();
  return Base.str();
}

std::string Vocabulary::read(StringRef Path) {
  auto Buffer = MemoryBuffer::getFile(Path);
  if (!Buffer)
    return "cannot read the vocabulary " + Path.str() + ": " + Buffer.getError().message();
  File = std::move(*Buffer);
  StringRef Text = File->getBuffer();
  std::string Problem = Text.ltrim().starts_with("{") ? readJson(Text) : readText(Text);
  if (Problem.empty() && !Dimension)
    Problem = "it holds no vectors";
  return Problem.empty() ? "" : "the vocabulary " + Path.str() + " is none: " + Problem;
}

std::string Vocabulary::readJson(StringRef Text) {
  VectorText Reader(Text);
  StringRef Section, Key;
  if (!Reader.consume('{'))
    return Reader.expected("an object of sections");
  do {
    if (!Reader.string(Section) || !is_contained(Sections, Section) || !Reader.consume(':') || !Reader.consume('{'))
      return Reader.expected("a section: Opcodes, CommonOperands, PhysicalRegisters, VirtualRegisters");
    do {
      StringRef Vector;
      if (!Reader.string(Key) || !Reader.consume(':') || !Reader.numbers(Vector))
        return Reader.expected("a name and its vector of numbers");
      Vectors &Into = Section == "Opcodes" ? Opcodes : Operands;
      if (std::string Problem = insert(Into, entityName(Section, Key), Vector); !Problem.empty())
        return Problem;
    } while (Reader.consume(','));
    if (!Reader.consume('}'))
      return Reader.expected("the end of " + Section.str());
  } while (Reader.consume(','));
  return Reader.consume('}') && Reader.isOver() ? "" : Reader.expected("the end of the file");
}

std::string Vocabulary::readText(StringRef Text) {
  unsigned Number = 0;
  while (!Text.empty()) {
    auto [Line, Rest] = Text.split('\n');
    Text = Rest;
    ++Number;
    Line = Line.trim();
    if (Line.empty())
      continue;
    Line.consume_back(",");
    auto [Key, Vector] = Line.split(':');
    Key = Key.trim().trim("\"'");
    std::string Name = Key.str();
    bool IsOperand = true;
    if (Key == "PHY_REG")
      Name = AnyPhysical.str();
    else if (Key.starts_with("VIRT_REG_"))
      Name = entityName("VirtualRegisters", Key);
    else if (!InstructionShapes::isOperandKind(Key) && Key != "UNKNOWN") {
      IsOperand = false;
      Name = Key.starts_with("OPC_") ? Name : baseOpcode(Key);
    }
    StringRef Values;
    VectorText Reader(Vector);
    if (!Reader.numbers(Values) || !Reader.isOver())
      return "line " + std::to_string(Number) + ": expected NAME:[v, v, …]";
    if (std::string Problem = insert(IsOperand ? Operands : Opcodes, Name, Values); !Problem.empty())
      return "line " + std::to_string(Number) + ": " + Problem;
  }
  return "";
}

std::string Vocabulary::insert(Vectors &Into, StringRef Name, StringRef Text) {
  if (!Dimension)
    Dimension = 1 + Text.count(',');
  if (!Into.try_emplace(Name, Entry{Text, {}}).second)
    return Name.str() + " is there twice";
  return "";
}

/// Null for what is not there, and for a vector that is none, which `problem` then tells.
const std::vector<float> *Vocabulary::find(Vectors &Among, StringRef Name) {
  auto Found = Among.find(Name);
  if (Found == Among.end())
    return nullptr;
  std::vector<float> &Values = Found->second.Values;
  if (Values.empty())
    Values = parseNumbers(Found->second.Text);
  if (Values.size() == Dimension)
    return &Values;
  Problem = "the vocabulary's vector of " + Name.str() +
            (Values.empty()
                 ? " holds something that is no number"
                 : " has " + std::to_string(Values.size()) + " dimensions, the first one " + std::to_string(Dimension));
  return nullptr;
}

const std::vector<float> *Vocabulary::operand(StringRef Entity) {
  if (Entity.starts_with("PhyReg_") && !Operands.count(Entity))
    return find(Operands, AnyPhysical);
  return find(Operands, Entity);
}

std::vector<float> Vocabulary::vectorOf(const InstructionShapes::Shape &Shape) {
  std::vector<double> Sum(Dimension);
  for (const std::string &Operand : Shape.Operands)
    if (const std::vector<float> *Vector = operand(Operand))
      for (unsigned I = 0; I < Dimension; ++I)
        Sum[I] += (*Vector)[I];
  const std::vector<float> *Opcode = find(Opcodes, baseOpcode(Shape.Opcode));
  std::vector<float> Result(Dimension);
  for (unsigned I = 0; I < Dimension; ++I)
    Result[I] = static_cast<float>(OpcodeWeight * (Opcode ? (*Opcode)[I] : 0) + OperandWeight * Sum[I]);
  return Result;
}

} // namespace mlra
