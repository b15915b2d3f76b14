//===- AnswerMembers.h - Members of a record that tell the answer ---------===//
#ifndef MLRA_WRITE_ANSWERMEMBERS_H
#define MLRA_WRITE_ANSWERMEMBERS_H

#include "record/Answer.h"

namespace mlra {

/// For JsonWriter and ColumnWriter.
template <typename WriterT> void writeAnswer(WriterT &J, const Answer &Of);

} // namespace mlra

#endif
