//===- DotWriter.cpp - The RL4ReAl fork's DOT file of one function -------------===//
#include "write/DotWriter.h"

#include "record/Colours.h"

#include "llvm/CodeGen/TargetRegisterInfo.h"
#include "llvm/CodeGen/TargetSubtargetInfo.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

#include <map>

using namespace llvm;

namespace mlra {

namespace {

constexpr unsigned Dimension = 100;   ///< of the fork's vectors
constexpr size_t MaximumUses = 200;   ///< the fork dumps no function with more in one register

template <typename RangeT, typename PrintT>
void printList(raw_ostream &OS, const RangeT &Range, PrintT Print) {
  const char *Separator = "";
  OS << '{';
  for (const auto &Element : Range) {
    OS << Separator;
    Print(Element);
    Separator = ", ";
  }
  OS << '}';
}

/// A DOT string knows one escape, that of the quote.
std::string quoted(StringRef Text) {
  std::string Quoted = "\"";
  for (char C : Text)
    (Quoted += C == '"' ? "\\" : "") += C;
  return Quoted + '"';
}

bool printVectors(raw_ostream &OS, const Node &N) {
  static const std::string Zero = [] {
    std::string Text = "[ 0.000000";
    for (unsigned I = 1; I < Dimension; ++I)
      Text += ", 0.000000";
    return Text + " ]";
  }();
  int Count = 0;
  for (const InstructionRange &Range : N.Live)
    Count += Range.Last - Range.First;
  if (!Count)
    return false;
  OS << " [" << Zero;
  for (int I = 1; I < Count; ++I)
    OS << ", \n" << Zero;
  OS << ']';
  return true;
}

void printVirtual(raw_ostream &OS, const Node &N, unsigned ID, StringRef ClassName) {
  std::vector<size_t> SplitPoints;
  for (size_t I = 0; I < N.Uses.size(); ++I)
    if (N.Uses[I].IsSplitPoint)
      SplitPoints.push_back(I);
  OS << ID << " [label=\" {" << ClassName << "} {" << std::to_string(N.SpillWeight) << "} {Vir}  ";
  printList(OS, SplitPoints, [&](size_t Point) { OS << Point; });
  OS << "  ";
  printList(OS, N.Uses, [&](const UsePoint &Use) { OS << Use.Distance; });
  OS << "  ";
  printList(OS, N.Uses, [&](const UsePoint &Use) { OS << std::to_string(Use.SpillWeight); });
  bool HasVectors = printVectors(OS, N);
  OS << (HasVectors ? "\"];\n" : " \"];\n");
}

class DotFile {
public:
  DotFile(raw_ostream &OS, const MachineFunction &MF, const Problem &P)
      : OS(OS), MF(MF), TRI(*MF.getSubtarget().getRegisterInfo()), P(P), NumRegs(TRI.getNumRegs()) {}

  void print(unsigned FunctionID) {
    SmallString<128> Source(MF.getFunction().getParent()->getName());
    sys::fs::make_absolute(Source);
    OS << "graph G {\nFileName=" << quoted(Source) << ";\nFunction=" << quoted(MF.getName())
       << ";\nFunction_ID=" << FunctionID << ";\nRegisters=" << NumRegs << ";\n";
    printPhysical();
    printNodes();
    OS << "}\n";
  }

private:
  unsigned id(const Node &N) const { return NumRegs + 1 + N.Reg.virtRegIndex(); }
  static bool isWritten(const Node &N) { return !N.Uses.empty(); }

  /// A register that has a colour, but that this function reserves, is joined to every node that could have it elsewhere:
  /// nothing else in the format says that it may not be given out here.
  void printPhysical() {
    std::map<unsigned, unsigned> ColourOf = colours(MF);
    std::map<unsigned, std::vector<unsigned>> NeighboursOf;
    for (const Node &N : P.Nodes) {
      if (!isWritten(N))
        continue;
      for (MCPhysReg Reg : N.Forbidden)
        NeighboursOf[Reg].push_back(id(N));
      for (MCPhysReg Reg : P.Reserved)
        if (ColourOf.count(Reg) && TRI.getRegClass(N.ClassID)->contains(Reg))
          NeighboursOf[Reg].push_back(id(N));
    }
    for (const auto &[Reg, Neighbours] : NeighboursOf) {
      OS << Reg << " [label=\" {Phy} {0.000000} {PhyColor=" << ColourOf[Reg] << ";PhyReg=" << Reg << "} \"];\n";
      for (unsigned Neighbour : Neighbours)
        OS << Reg << "--" << Neighbour << '\n';
    }
  }

  void printNodes() {
    size_t Next = 0;
    for (size_t I = 0; I < P.Nodes.size(); ++I) {
      const Node &N = P.Nodes[I];
      if (isWritten(N))
        printVirtual(OS, N, id(N), TRI.getRegClassName(TRI.getRegClass(N.ClassID)));
      for (; Next < P.Edges.size() && P.Edges[Next].first == I; ++Next)
        if (isWritten(N) && isWritten(P.Nodes[P.Edges[Next].second]))
          OS << id(N) << "--" << id(P.Nodes[P.Edges[Next].second]) << '\n';
    }
  }

  raw_ostream &OS;
  const MachineFunction &MF;
  const TargetRegisterInfo &TRI;
  const Problem &P;
  unsigned NumRegs;
};

} // namespace

std::string writeForkDot(const MachineFunction &MF, unsigned FunctionID, const Problem &P) {
  bool HasNode = false;
  for (const Node &N : P.Nodes) {
    HasNode |= !N.Uses.empty();
    if (N.Uses.size() > MaximumUses)
      return "";
  }
  if (!HasNode)
    return "";
  StringRef Module = sys::path::filename(MF.getFunction().getParent()->getName());
  std::string Path = (Module + "_F" + Twine(FunctionID) + ".dot").str();
  std::error_code Error;
  raw_fd_ostream OS(Path, Error, sys::fs::OF_Text);
  if (!Error) {
    DotFile(OS, MF, P).print(FunctionID);
    OS.close();
    Error = OS.error();
    OS.clear_error();
  }
  return Error ? "cannot write " + Path + ": " + Error.message() : "";
}

} // namespace mlra
