"""The folders that travel with the program: the templates and the sample project."""

from __future__ import annotations

from pathlib import Path
from typing import Literal


def data_path(folder: Literal["templates", "sample_project"]) -> Path:
    """Return the folder as the wheel carries it or, in a source checkout, the repository's own.

    Raises `FileNotFoundError` when it is in neither place, which means a broken installation.
    """
    package = Path(__file__).resolve().parent
    # The wheel has both inside the package; an editable installation runs from src/.
    for place in (package / folder, package.parents[1] / folder):
        if place.is_dir():
            return place
    raise FileNotFoundError(f"{folder} is not part of the installation in {package}")
