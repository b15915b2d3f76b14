//===- ColourMap.h - Colours and classes as a model was trained with them -----===//
#ifndef MLRA_DECIDE_COLOURMAP_H
#define MLRA_DECIDE_COLOURMAP_H

#include "llvm/CodeGen/MachineFunction.h"
#include "llvm/Support/JSON.h"

#include <map>
#include <set>
#include <string>

namespace mlra {

/// By default those of the register file (record/Colours.h) with all classes; else the RL4ReAl fork's RegColorMap*.json
/// of a configuration folder. Registers are found by name: the file's numbers are those of one release of LLVM.
class ColourMap {
public:
  /// The target's own.
  explicit ColourMap(const llvm::MachineFunction &MF);

  /// What the folder says, if it has a map for the target. "" or what is wrong with the file.
  std::string read(const llvm::MachineFunction &MF, llvm::StringRef ConfigPath);

  /// 0 for a register without a colour.
  unsigned colourOf(llvm::MCRegister Reg) const;

  /// The register of that colour that the class has; none if there is none.
  llvm::MCRegister registerOf(unsigned Colour, const llvm::TargetRegisterClass &RC) const;

  /// Registers of other classes are nobody's but greedy's.
  bool supports(llvm::StringRef ClassName) const { return Classes.empty() || Classes.count(ClassName.str()); }

  /// By register.
  const std::map<unsigned, unsigned> &colours() const { return ColourOf; }

private:
  std::string take(const llvm::MachineFunction &MF, const llvm::json::Object &Entry);

  std::map<unsigned, unsigned> ColourOf;
  std::multimap<unsigned, unsigned> RegistersOf; ///< by colour: aliases of one place may share it
  std::set<std::string> Classes;                 ///< empty: all
};

} // namespace mlra

#endif
