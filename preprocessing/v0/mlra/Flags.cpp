//===- Flags.cpp - The flags of recording ---------------------------------===//
#include "Flags.h"

#include "decide/Decider.h"

using namespace llvm;

namespace mlra::flags {

static cl::OptionCategory Category("mlra: dumps of register allocation problems");
cl::opt<bool> RecordsDefault("mlra", cl::cat(Category), cl::desc("Record where LLVM's default allocator, greedy, runs"),
                             cl::callback([](const bool &On) { useAsDefault(On); }));
cl::opt<std::string> DumpPath("mlra-dump", cl::value_desc("file"), cl::cat(Category),
                              cl::desc("Write one JSON record a function"));
cl::opt<std::string> ColumnsPath("mlra-dump-columns", cl::value_desc("file"), cl::cat(Category),
                                 cl::desc("Write the same records as columns, for a program to read"));
cl::opt<bool> DumpMIR("mlra-dump-mir", cl::cat(Category), cl::desc("Add the machine IR text to the records"));
cl::opt<bool> DumpDot("mlra-dump-ig-dot", cl::cat(Category),
                      cl::desc("Write the RL4ReAl fork's DOT file of each function into the working folder"));
cl::opt<unsigned> OnlyFunction("mlra-funcID", cl::init(0), cl::value_desc("N"), cl::cat(Category),
                               cl::desc("Record only the N-th function that reaches the allocator, from 1"));
cl::opt<bool> Verify("mlra-verify", cl::cat(Category),
                     cl::desc("Check what is recorded another way; a difference is an error"));
cl::opt<bool> DiscardBody("mlra-discard", cl::cat(Category),
                          cl::desc("Leave an empty function behind each record, for when nobody reads the output"));
cl::opt<std::string> RegistersPath("mlra-dump-registers", cl::value_desc("file"), cl::cat(Category),
                                   cl::desc("Write the target's register file as JSON"));
cl::opt<std::string> OpcodesPath("mlra-dump-opcodes", cl::value_desc("file"), cl::cat(Category),
                                 cl::desc("Write what the target's tables say of its opcodes as JSON"));

} // namespace mlra::flags
