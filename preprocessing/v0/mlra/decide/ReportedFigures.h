//===- ReportedFigures.h - What reports and trials tell alike, as JSON ----===//
#ifndef MLRA_DECIDE_REPORTEDFIGURES_H
#define MLRA_DECIDE_REPORTEDFIGURES_H

#include "record/Answer.h"
#include "write/JsonWriter.h"

#include <map>

namespace mlra {

/// `costs`, an object with the number and the cost of each kind, and `score`.
void writeCostMembers(JsonWriter &J, const Answer &Of);

/// An object: how many decisions, by kind or reason.
void writeCounts(JsonWriter &J, const char *Name, const std::map<std::string, unsigned> &Counts);

} // namespace mlra

#endif
