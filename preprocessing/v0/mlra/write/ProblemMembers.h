//===- ProblemMembers.h - Members of a record that state the problem ------===//
#ifndef MLRA_WRITE_PROBLEMMEMBERS_H
#define MLRA_WRITE_PROBLEMMEMBERS_H

#include "record/Problem.h"

namespace mlra {

/// For JsonWriter, ColumnWriter and ColumnSelection.
template <typename WriterT> void writeProblem(WriterT &J, const Problem &P);

} // namespace mlra

#endif
