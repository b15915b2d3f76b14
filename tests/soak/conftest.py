"""The fixtures of the integration tests, of which these are the full sweeps."""

from __future__ import annotations

from tests.integration.conftest import cluster, corpora, dataset_alone, made_once, rl4real, s3, sample, toolchains

__all__ = ["cluster", "corpora", "dataset_alone", "made_once", "rl4real", "s3", "sample", "toolchains"]
