"""Small packages of other formats for tests: files by name, written as a zip or a folder."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from pathlib import Path

__all__ = ["dump", "write_files", "write_zip"]


def dump(value: object) -> bytes:
    return json.dumps(value).encode()


def write_zip(path: Path, files: Mapping[str, bytes]) -> Path:
    """Write files into a zip, and give its path."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def write_files(folder: Path, files: Mapping[str, bytes]) -> Path:
    """Write files into a folder, and give its path."""
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder
