//===- ReportedFigures.h - What reports and trials tell alike, as JSON ----===//
#ifndef MLRA_DECIDE_REPORTEDFIGURES_H
#define MLRA_DECIDE_REPORTEDFIGURES_H

#include "decide/FinalCode.h"
#include "record/Answer.h"
#include "write/JsonWriter.h"

#include <map>

namespace mlra {

/// `costs`, an object with the number and the cost of each kind, and `score`.
void writeCostMembers(JsonWriter &J, const Answer &Of);

/// `costs` without what only a record of the whole answer tells: which instructions compute a value anew.
void writeAllocationCosts(JsonWriter &J, const Costs &C);

/// `final`: size and expected executions in both measures; null for a function that is never printed.
void writeFinal(JsonWriter &J, const FinalCode *Final);

/// An object: how many decisions, by kind or reason.
void writeCounts(JsonWriter &J, const char *Name, const std::map<std::string, unsigned> &Counts);

} // namespace mlra

#endif
