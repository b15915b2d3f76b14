"""The version of the dataset format, for those who do not need its schemas."""

from __future__ import annotations

from typing import Final

SCHEMA_VERSION: Final = 1
