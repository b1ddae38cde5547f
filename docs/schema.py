"""Writes the JSON Schema of documents into the package, where `make test` looks whether it is that of the classes."""

from __future__ import annotations

import json
from pathlib import Path

import supportsla

TARGET = Path(supportsla.__file__).with_name("document.schema.json")

if __name__ == "__main__":
    TARGET.write_text(json.dumps(supportsla.schema(), indent=2) + "\n", encoding="utf-8")
