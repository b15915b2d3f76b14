//===- ColumnSelection.h - Some columns of a problem, as flat numbers -----===//
//
// For whoever computes with a problem where it is recorded. The columns come out of the writer of records, so they are
// those of a dump and of a dataset: same names, same numbers.
//
//===----------------------------------------------------------------------===//
#ifndef MLRA_WRITE_COLUMNSELECTION_H
#define MLRA_WRITE_COLUMNSELECTION_H

#include "record/Problem.h"

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <type_traits>
#include <vector>

namespace mlra {

/// Either `Reals` or `Integers` are filled. A list of lists has its values one behind the other, and `Offsets`: of list
/// i the first one and the one behind its last; one more than there are lists.
struct SelectedColumn {
  bool IsReal = false;
  bool IsNested = false;
  std::vector<int64_t> Integers;
  std::vector<float> Reals;
  std::vector<int64_t> Offsets;

  size_t size() const { return IsReal ? Reals.size() : Integers.size(); }
};

using SelectedColumns = std::map<std::string, SelectedColumn, std::less<>>;

/// Those that are `Wanted`; the others cost nothing.
SelectedColumns selectColumns(const Problem &P, const std::set<std::string, std::less<>> &Wanted);

/// All that there are, of a problem that has one of everything: their names and kinds, on which no problem has a say.
const SelectedColumns &columnKinds();

/// A writer of records (NestedArray.h).
class ColumnSelection {
public:
  /// All columns where `Wanted` is null.
  explicit ColumnSelection(const std::set<std::string, std::less<>> *Wanted = nullptr) : Wanted(Wanted) {}

  template <typename RangeT, typename PutT> void array(const char *Name, const RangeT &Range, PutT Put) {
    if (Wanted && !Wanted->count(Name))
      return;
    Current = &Columns[Name];
    for (const auto &Element : Range)
      Put(Element);
  }

  void beginArray() {
    Current->IsNested = true;
    if (Current->Offsets.empty())
      Current->Offsets.push_back(0);
  }
  void endArray() { Current->Offsets.push_back(static_cast<int64_t>(Current->size())); }

  template <typename T, std::enable_if_t<std::is_arithmetic_v<T>, int> = 0> void value(T Number) {
    if constexpr (std::is_floating_point_v<T>) {
      Current->IsReal = true;
      Current->Reals.push_back(static_cast<float>(Number));
    } else {
      Current->Integers.push_back(static_cast<int64_t>(Number));
    }
  }

  SelectedColumns take() { return std::move(Columns); }

private:
  const std::set<std::string, std::less<>> *Wanted;
  SelectedColumns Columns;
  SelectedColumn *Current = nullptr;
};

} // namespace mlra

#endif
