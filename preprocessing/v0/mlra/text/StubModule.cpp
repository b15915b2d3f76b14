//===- StubModule.cpp - The LLVM IR that a function's MIR text needs around it -===//
#include "text/StubModule.h"

#include "text/References.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/IR/Attributes.h"
#include "llvm/IR/Function.h"
#include "llvm/IR/GlobalVariable.h"
#include "llvm/IR/Module.h"
#include "llvm/Target/TargetMachine.h"

using namespace llvm;

namespace mlra {

namespace {

/// The words before `global` or `declare` that code generation looks at.
void printVisibility(raw_ostream &OS, const GlobalValue &GV) {
  if (GV.isDSOLocal())
    OS << "dso_local ";
  if (GV.hasHiddenVisibility())
    OS << "hidden ";
  else if (GV.hasProtectedVisibility())
    OS << "protected ";
}

void printDeclaration(raw_ostream &OS, const GlobalValue &GV, ModuleSlotTracker &MST) {
  OS << "  ";
  bool IsWeak = GV.hasExternalWeakLinkage();
  if (GV.getValueType()->isFunctionTy()) {
    OS << "declare " << (IsWeak ? "extern_weak " : "");
    printVisibility(OS, GV);
    OS << "void ";
    printGlobalName(OS, GV, MST);
    OS << "()\n";
    return;
  }
  printGlobalName(OS, GV, MST);
  OS << (IsWeak ? " = extern_weak " : " = external ");
  printVisibility(OS, GV);
  if (GV.isThreadLocal())
    OS << "thread_local ";
  if (GV.getAddressSpace())
    OS << "addrspace(" << GV.getAddressSpace() << ") ";
  OS << "global i8\n";
}

/// Attributes that speak of the parameters would not fit the stub, which has only some.
std::string functionAttributes(const Function &F, ArrayRef<ReplayNote> Notes) {
  AttributeSet Attributes = F.getAttributes().getFnAttrs();
  Attributes = Attributes.removeAttribute(F.getContext(), Attribute::AllocSize);
  for (const ReplayNote &Note : Notes) // the function may have come from such a text itself
    Attributes = Attributes.removeAttribute(F.getContext(), Note.Attribute);
  std::string Text = Attributes.getAsString();
  for (const ReplayNote &Note : Notes)
    if (!Note.Value.empty())
      Text += (Text.empty() ? "\"" : " \"") + std::string(Note.Attribute) + "\"=\"" + Note.Value + "\"";
  return Text;
}

/// Only what code generation behind instruction selection asks for: the register of a swifterror parameter is not
/// callee-saved; an x86 interrupt handler of two parameters finds an error code on the stack.
std::string parameters(const Function &F, const Addresses &Addressed) {
  std::string Text;
  for (const Argument &Parameter : F.args()) {
    std::string Told = Addressed.parameters().lookup(&Parameter);
    if (Told.empty() && Parameter.hasSwiftErrorAttr())
      Told = "ptr swifterror";
    if (Told.empty() && F.getCallingConv() == CallingConv::X86_INTR)
      Told = Parameter.hasByValAttr() ? "ptr byval(i64)" : "i64";
    if (!Told.empty())
      Text += (Text.empty() ? "" : ", ") + Told;
  }
  if (F.isVarArg())
    Text += Text.empty() ? "..." : ", ...";
  return Text;
}

void printFunction(raw_ostream &OS, const Function &F, const MachineIRBody &Body, ArrayRef<ReplayNote> Notes,
                   ModuleSlotTracker &MST) {
  OS << "  define ";
  printVisibility(OS, F);
  if (F.getCallingConv() != CallingConv::C)
    OS << "cc " << F.getCallingConv() << ' ';
  OS << "void ";
  printGlobalName(OS, F, MST);
  OS << '(' << parameters(F, Body.addresses()) << ") " << functionAttributes(F, Notes);
  if (F.hasGC()) {
    OS << " gc \"";
    printEscapedString(F.getGC(), OS);
    OS << '"';
  }
  if (F.hasPersonalityFn()) {
    OS << " personality ";
    F.getPersonalityFn()->printAsOperand(OS, /*PrintType=*/true, MST);
  }
  OS << " {\n" << Body.addresses().instructions() << "    unreachable\n";
  for (size_t I = 0; I < Body.addressTaken().size(); ++I)
    OS << "  address" << I << ":\n    unreachable\n";
  OS << "  }\n";
  if (Body.addressTaken().empty())
    return;
  OS << "  @mlra.addresses = global [" << Body.addressTaken().size() << " x ptr] [";
  for (size_t I = 0; I < Body.addressTaken().size(); ++I) {
    OS << (I ? ", " : "") << "ptr blockaddress(";
    printGlobalName(OS, F, MST);
    OS << ", %address" << I << ')';
  }
  OS << "]\n";
}

} // namespace

std::string stubModule(const MachineFunction &MF, const MachineIRBody &Body, ArrayRef<ReplayNote> Notes,
                       ModuleSlotTracker &MST) {
  const Function &F = MF.getFunction();
  std::string Text;
  raw_string_ostream OS(Text);
  OS << "  target datalayout = \"" << F.getParent()->getDataLayoutStr() << "\"\n  target triple = \""
     << MF.getTarget().getTargetTriple().str() << "\"\n";
  SetVector<const GlobalValue *> Globals = Body.globals();
  Globals.insert(Body.addresses().globals().begin(), Body.addresses().globals().end());
  if (F.hasPersonalityFn())
    if (const auto *Personality = dyn_cast<GlobalValue>(F.getPersonalityFn()))
      Globals.insert(Personality);
  for (const GlobalValue *GV : Globals)
    if (GV != &F)
      printDeclaration(OS, *GV, MST);
  printFunction(OS, F, Body, Notes, MST);
  if (Body.usesMetadata())
    OS << "  !mlra = !{!0}\n  !0 = !{}\n";
  return Text;
}

} // namespace mlra
