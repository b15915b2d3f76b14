//===- Decision.h - What is decided of a register, as plain values --------===//
//
// One vocabulary for every decider: a file, chance, a model, a search. No decision is greedy itself.
//
//===----------------------------------------------------------------------===//
#ifndef MLRA_DECIDE_DECISION_H
#define MLRA_DECIDE_DECISION_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"

#include <optional>
#include <string>
#include <vector>

namespace mlra {

/// A virtual register by the number that it has in the MIR before allocation, which is the recorded node_vreg; or the
/// k-th piece, from 1, that splits made of it: written "5.1". Pieces of pieces count on in the order in which they
/// arise.
struct NodeName {
  unsigned Register = 0;
  unsigned Piece = 0;

  bool operator==(const NodeName &Other) const { return Register == Other.Register && Piece == Other.Piece; }
};

/// Many nodes in the place of one: see NodeGroups.h.
struct NodeGroup {
  enum class Set : unsigned char { None, All, Across };
  enum class Order : unsigned char { Number, Cold, Hot };

  Set Of = Set::None;
  Order By = Order::Number;
  unsigned Part = 1; ///< 2: the first half
};

enum class DecisionKind : unsigned char {
  Assign,    ///< Node, Name: the register
  Spill,     ///< Node
  Split,     ///< Node, Place: a use point, Side
  SplitLoop, ///< Node, Place: the block (its place in the layout) of the loop's header, Side
  Hint,      ///< Node, Name: the register
  First,     ///< Node: in greedy's queue
  Last,      ///< Node
  Keep,      ///< Node: never evicted
  Weight,    ///< Node, Factor
  Setting,   ///< Name, Value
};
constexpr unsigned DecisionKinds = 10;

/// The words of a decisions file, in the order of the kinds.
extern const char *const DecisionWords[DecisionKinds];

inline llvm::StringRef wordOf(DecisionKind Kind) { return DecisionWords[static_cast<unsigned>(Kind)]; }
std::optional<DecisionKind> kindOf(llvm::StringRef Word);

/// Which side of a split is spilled at once. Behind a use point the region that the point dominates is the tail, all
/// else is the head; of a loop the inside is the tail.
enum class SpillSide : unsigned char { None, Head, Tail };

struct Decision {
  DecisionKind Kind;
  NodeName Node;
  unsigned Place = 0;
  SpillSide Side = SpillSide::None;
  double Factor = 1;
  std::string Name = {};  ///< a register as LLVM spells it, in any case, or one of LLVM's options
  std::string Value = {}; ///< of the option
  NodeGroup Group = {};   ///< in the place of Node

  bool isOfGroup() const { return Group.Of != NodeGroup::Set::None; }
  bool splits() const { return Kind == DecisionKind::Split || Kind == DecisionKind::SplitLoop; }
  /// Whether the code is changed in front of greedy. All such decisions are carried out before any other.
  bool edits() const { return splits() || Kind == DecisionKind::Spill; }
};

} // namespace mlra

#endif
