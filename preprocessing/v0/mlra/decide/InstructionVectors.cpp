//===- InstructionVectors.cpp - The vector of each instruction of a function --===//
#include "decide/InstructionVectors.h"

using namespace llvm;

namespace mlra {

static constexpr unsigned ForkDimension = 100;

InstructionVectors::InstructionVectors(Vocabulary *Known)
    : Known(Known), Dimension(Known ? Known->dimension() : ForkDimension) {
  if (!Known)
    OfShape.push_back(std::vector<float>(Dimension));
}

std::vector<const float *> InstructionVectors::of(const Analyses &A) {
  std::vector<const float *> Vectors;
  for (const MachineBasicBlock &MBB : A.MF)
    for (const MachineInstr &MI : MBB) {
      if (!Positions::counts(MI))
        continue;
      unsigned Shape = Known ? Shapes.indexOf(MI, A.VRM) : 0;
      if (Shape >= OfShape.size())
        for (const InstructionShapes::Shape &New : Shapes.takeNew())
          OfShape.push_back(Known->vectorOf(New));
      Vectors.push_back(OfShape[Shape].data());
    }
  return Vectors;
}

std::vector<float> InstructionVectors::nodeMeans(const Analyses &A, const Problem &P) {
  std::vector<const float *> Vectors = of(A);
  std::vector<double> Before((Vectors.size() + 1) * Dimension); // the sum of the instructions in front of each
  for (size_t I = 0; I < Vectors.size(); ++I)
    for (unsigned D = 0; D < Dimension; ++D)
      Before[(I + 1) * Dimension + D] = Before[I * Dimension + D] + Vectors[I][D];
  std::vector<float> Means(P.Nodes.size() * Dimension);
  for (size_t N = 0; N < P.Nodes.size(); ++N) {
    int Count = 0;
    for (const InstructionRange &Range : P.Nodes[N].Live)
      Count += Range.Last - Range.First;
    for (unsigned D = 0; Count && D < Dimension; ++D) {
      double Sum = 0;
      for (const InstructionRange &Range : P.Nodes[N].Live)
        Sum += Before[size_t(Range.Last) * Dimension + D] - Before[size_t(Range.First) * Dimension + D];
      Means[N * Dimension + D] = static_cast<float>(Sum / Count);
    }
  }
  return Means;
}

} // namespace mlra
