"""The pages of the reference, by their files in `docs/reference`."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tests.docs.reference.commands import commands
from tests.docs.reference.configuration import configuration
from tests.docs.reference.problems import problems
from tests.docs.reference.types import types

PAGES: Mapping[str, Callable[[], str]] = {
    "commands.md": commands,
    "configuration.md": configuration,
    "problems.md": problems,
    "types.md": types,
}
