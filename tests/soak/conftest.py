"""The fixtures of the integration tests, of which these are the full sweeps."""

from __future__ import annotations

from tests.integration.conftest import corpora, made_once, rl4real, sample, toolchains

__all__ = ["corpora", "made_once", "rl4real", "sample", "toolchains"]
