//===- Exchange.cpp - What one exchange with a model costs ----------------===//
//
// exchange ROUNDS NAME=ADDRESS...: NAME is onnx, pipe-bytes, pipe-json, grpc or grpc-empty. In each round all are
// asked, some times in a row as in a function's dialogue, about 100 nodes of 64 features. What comes out, as JSON, are
// the medians in microseconds: within a row, and of the first in each row, when the others have had the processor
// meanwhile.
//
//===----------------------------------------------------------------------===//
#include "run/GrpcRunner.h"
#include "run/OnnxRunner.h"
#include "run/PipeRunner.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

using namespace mlrun;

namespace {

constexpr int Nodes = 100, Length = 64, InARow = 50;

constexpr char Schema[] = R"(
syntax = "proto3";
package exchange;
service Model { rpc getAdvice(Nodes) returns (Scores) {} rpc nothing(Empty) returns (Empty) {} }
message Nodes { repeated float features = 1; }
message Scores { repeated float scores = 1; }
message Empty {}
)";

struct Side {
  std::string Name;
  std::unique_ptr<ModelRunner> Model;
  Features Question;
  std::vector<double> Warm = {}, Cold = {};
};

std::unique_ptr<ModelRunner> makeRunner(const std::string &Name, const std::string &Address) {
  if (Name.rfind("grpc", 0) == 0) {
    GrpcOptions Options;
    Options.Address = Address;
    Options.Schema = Schema;
    Options.Library = std::getenv("MLRUN_GRPC");
    Options.Method = Name == "grpc" ? "exchange.Model/getAdvice" : "exchange.Model/nothing";
    return createGrpcRunner(Options);
  }
  if (Name == "onnx")
    return createOnnxRunner({"", Address, false});
  return createPipeRunner({Address, Name == "pipe-json" ? PipeOptions::Format::Json : PipeOptions::Format::Bytes,
                           std::chrono::seconds(60)});
}

/// Microseconds; ends the program if the exchange fails.
double exchange(Side &With) {
  Advice Answer(ElementType::Float);
  std::vector<float> Scores;
  const auto Begin = Clock::now();
  std::string Wrong = With.Model->ask(With.Question, Answer, in(std::chrono::seconds(60)));
  if (Wrong.empty() && With.Name != "grpc-empty")
    Wrong = Answer.reals(Scores);
  const double Time = std::chrono::duration<double, std::micro>(Clock::now() - Begin).count();
  if (Wrong.empty() && With.Name != "grpc-empty" && Scores.size() != Nodes)
    Wrong = std::to_string(Scores.size()) + " scores";
  if (!Wrong.empty()) {
    std::fprintf(stderr, "%s: %s\n", With.Name.c_str(), Wrong.c_str());
    std::exit(1);
  }
  return Time;
}

double median(std::vector<double> &Times) {
  std::nth_element(Times.begin(), Times.begin() + Times.size() / 2, Times.end());
  return Times[Times.size() / 2];
}

} // namespace

int main(int Count, char **Words) {
  std::vector<Side> Sides;
  std::vector<float> Values(Nodes * Length);
  for (size_t I = 0; I < Values.size(); ++I)
    Values[I] = float(I % 97) / 97;
  for (int I = 2; I < Count; ++I) {
    const std::string Word = Words[I];
    const size_t Sign = Word.find('=');
    Side &Added = Sides.emplace_back(Side{Word.substr(0, Sign), nullptr, {}});
    Added.Model = makeRunner(Added.Name, Word.substr(Sign + 1));
    if (Added.Name != "grpc-empty")
      Added.Question.add("features", Values, {Nodes, Length});
    exchange(Added); // connects, loads, warms
  }
  const int Rounds = std::atoi(Words[1]);
  for (int Round = 0; Round < Rounds; ++Round)
    for (Side &Each : Sides)
      for (int I = 0; I < InARow; ++I)
        (I ? Each.Warm : Each.Cold).push_back(exchange(Each));
  for (Side &Each : Sides)
    std::printf("%s%s\"%s\": [%.1f, %.1f]", &Each == &Sides.front() ? "{" : "", &Each == &Sides.front() ? "" : ", ",
                Each.Name.c_str(), median(Each.Warm), median(Each.Cold));
  std::printf("}\n");
}
