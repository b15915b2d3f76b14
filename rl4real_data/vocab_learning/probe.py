"""A linear probe.

Fitted on some opcodes, it tells a property of others if their vectors mean something.

A ridge classifier with balanced classes in closed form, judged by balanced accuracy (mean of the hit rates of the two
classes, 0.5 for a guess) on opcodes that it was not fitted on.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from rl4real_data.core import interruption

Flags = npt.NDArray[np.bool_]
Matrix = npt.NDArray[np.float64]

FOLDS: Final = 10
MIN_OPCODES: Final = 3
"""Fewer opcodes with a property, or without, say nothing about held-out ones."""
_RIDGE: Final = 1.0


def balanced_accuracy(vectors: npt.NDArray[np.floating], labels: Flags, *, seed: int = 0) -> float | None:
    """Of held-out rows, in folds that each have their share of both classes. None with too few rows of a class.

    `vectors` (opcodes, dimension), `labels` (opcodes,).
    """
    if min(labels.sum(), (~labels).sum()) < MIN_OPCODES:
        return None
    folds = _assign_folds(labels, seed)
    guesses = np.zeros(len(labels), bool)
    features = np.asarray(vectors, np.float64)
    for fold in range(FOLDS):
        interruption.check()
        held_out = folds == fold
        if held_out.any():
            guesses[held_out] = _fit_and_guess(features[~held_out], labels[~held_out], features[held_out])
    return float((guesses[labels].mean() + (~guesses[~labels]).mean()) / 2)


def random_vectors(count: int, dimension: int, *, seed: int) -> Matrix:
    """(count, dimension) of length 1 and of random direction."""
    vectors = np.random.default_rng(seed).standard_normal((count, dimension))
    unit: Matrix = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit


def _assign_folds(labels: Flags, seed: int) -> npt.NDArray[np.int64]:
    folds = np.zeros(len(labels), np.int64)
    generator = np.random.default_rng(seed)
    for value in (False, True):
        rows = generator.permutation(np.flatnonzero(labels == value))
        folds[rows] = np.arange(len(rows)) % FOLDS
    return folds


def _fit_and_guess(features: Matrix, labels: Flags, held_out: Matrix) -> Flags:
    """Least squares to +1 and -1, each class with half of the weight; the constant is not shrunk."""
    mean, scale = features.mean(axis=0), features.std(axis=0) + 1e-12
    known, asked = _with_constant((features - mean) / scale), _with_constant((held_out - mean) / scale)
    weights = np.where(labels, 0.5 / labels.sum(), 0.5 / (~labels).sum())[:, None]
    penalty = _RIDGE * np.eye(known.shape[1])
    penalty[-1, -1] = 0
    signs = np.where(labels, 1, -1)[:, None]
    solution = np.linalg.solve(known.T @ (weights * known) + penalty, known.T @ (weights * signs))
    guesses: Flags = (asked @ solution)[:, 0] > 0
    return guesses


def _with_constant(features: Matrix) -> Matrix:
    return np.hstack((features, np.ones((len(features), 1))))
