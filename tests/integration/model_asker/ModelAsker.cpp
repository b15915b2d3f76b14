//===- ModelAsker.cpp - Asks ONNX models, one after the other -------------===//
//
// model_asker ENGINE MILLISECONDS < questions > answers
//
// A question: a line with the model's path and a line with the number of inputs; of each input a line
// "NAME TYPE RANK LENGTH...", and its raw elements. An answer: a line with the number of outputs, the same of each
// output; or a line that begins with "wrong", with what went wrong. Two equal paths in a row are one open model.
//
//===----------------------------------------------------------------------===//
#include "run/OnnxRunner.h"

#include <cstdlib>
#include <iostream>
#include <sstream>

using namespace mlrun;

namespace {

std::vector<int64_t> readShape(std::istream &From, size_t &Count) {
  size_t Rank = 0;
  From >> Rank;
  std::vector<int64_t> Shape(Rank);
  Count = 1;
  for (int64_t &Length : Shape) {
    From >> Length;
    Count *= size_t(Length);
  }
  return Shape;
}

template <typename T>
void add(Features &To, const std::string &Name, const std::string &Raw, std::vector<int64_t> Shape) {
  std::vector<T> Values(Raw.size() / sizeof(T));
  std::copy(Raw.begin(), Raw.end(), reinterpret_cast<char *>(Values.data()));
  To.add(Name, Values, std::move(Shape));
}

void readInput(Features &To) {
  std::string Line, Name, Word;
  std::getline(std::cin, Line);
  std::istringstream Words(Line);
  size_t Count = 0;
  Words >> Name >> Word;
  std::vector<int64_t> Shape = readShape(Words, Count);
  ElementType Type = ElementType::Float;
  if (!typeOf(Word, Type))
    std::exit(2);
  std::string Raw(Count * sizeOf(Type), '\0');
  std::cin.read(&Raw[0], std::streamsize(Raw.size()));
  if (Word == "float")
    add<float>(To, Name, Raw, Shape);
  else if (Word == "double")
    add<double>(To, Name, Raw, Shape);
  else if (Word == "int64_t")
    add<int64_t>(To, Name, Raw, Shape);
  else if (Word == "int32_t")
    add<int32_t>(To, Name, Raw, Shape);
  else
    add<uint8_t>(To, Name, Raw, Shape);
}

void answer(const std::string &Wrong, const Advice &Told) {
  if (!Wrong.empty()) {
    std::string Line = Wrong;
    for (char &Each : Line)
      Each = Each == '\n' ? ' ' : Each;
    std::cout << "wrong " << Line << '\n';
    return;
  }
  std::cout << Told.Fields.size() << '\n';
  for (const Tensor &Each : Told.Fields) {
    std::string Name = Each.Name; // of a damaged file, any bytes
    for (char &Letter : Name)
      Letter = Letter > ' ' ? Letter : '_';
    std::cout << Name << ' ' << nameOf(Each.Type) << ' ' << Each.Shape.size();
    for (int64_t Length : Each.Shape)
      std::cout << ' ' << Length;
    std::cout << '\n' << Each.Raw;
  }
}

} // namespace

int main(int Count, char **Words) {
  if (Count != 3)
    return 2;
  const std::string Engine = Words[1];
  OnnxOptions Options;
  Options.Engine = Engine == "own" ? OnnxEngine::Own : Engine == "runtime" ? OnnxEngine::Runtime : OnnxEngine::Auto;
  std::unique_ptr<OnnxRunner> Model;
  std::string Path, Line;
  while (std::getline(std::cin, Path)) {
    std::getline(std::cin, Line);
    Features Question;
    for (int I = std::atoi(Line.c_str()); I > 0; --I)
      readInput(Question);
    if (!Model || Path != Options.Model) {
      Options.Model = Path;
      Model = createOnnxRunner(Options);
    }
    Advice Told(ElementType::Float);
    const std::string Wrong = Model->ask(Question, Told, in(std::chrono::milliseconds(std::atoi(Words[2]))));
    answer(Wrong, Told);
  }
}
