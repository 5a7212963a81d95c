"""The golden modules that real Ash has compiled, by the hash of their text.

`python -m tests.verified stage FOLDER` lays all golden modules out as one project's `lib`, each
case in a namespace of its own; compile it with Ash and AshPostgres, `--warnings-as-errors`. Then
`python -m tests.verified write` takes the hashes down.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from collections.abc import Iterable
from pathlib import Path

from ash_scaffold.ash.naming import module_path

HERE = Path(__file__).parent
VERIFIED = HERE / "verified.json"
TORTURE = HERE / "torture" / "golden"
CASES = HERE / "golden"
# What cases name in their configuration: modules of a project's own, an extension.
_BASE = """\
defmodule %s do
  defmacro __using__(options) do
    quote do
      use Ash.Resource, unquote(options)
    end
  end
end
"""
_EXTENSION = """\
defmodule AshJsonApi.Resource do
  use Spark.Dsl.Extension, sections: []
end
"""
_TYPES = """\
defmodule App.Types.Money do
  use Ash.Type.NewType, subtype_of: :decimal
end

defmodule App.Flag do
  use Ash.Type.NewType, subtype_of: :boolean
end

defmodule App.Types.Bit4 do
  use Ash.Type.NewType, subtype_of: App.Types.Bit6
end
"""
# Modules of legacy code that the golden ones call: a line says which, a stub stands for it.
_HANDED_OVER = re.compile(r"^  @(module|ecto) (?:\{:\w+, )?([A-Z][\w.]*)\}?$", re.MULTILINE)
_CALLED = re.compile(r"&([A-Z][\w.]*)\.(\w+)/0")
_THERE = ("Ash.", "Ecto.UUID", "DateTime", "NaiveDateTime", "Date", "Time")
_PLAIN = """\
  use Ecto.Type
  def type, do: :string
  def cast(value), do: {:ok, value}
  def load(value), do: {:ok, value}
  def dump(value), do: {:ok, value}
"""
_PARAMETERIZED = """\
  use Ecto.ParameterizedType
  def type(_options), do: :string
  def init(options), do: Map.new(options)
  def cast(value, _options), do: {:ok, value}
  def load(value, _loader, _options), do: {:ok, value}
  def dump(value, _dumper, _options), do: {:ok, value}
  def autogenerate(_options), do: "made"
"""
_OWN = _BASE % "App.LogResource" + _BASE % "App.Resource" + _EXTENSION + _TYPES


def hashes() -> dict[str, str]:
    """Return the sha256 of each golden file by its path below `tests`."""
    files = sorted([*TORTURE.rglob("*.ex"), *CASES.rglob("*.ex")])
    return {
        path.relative_to(HERE).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
    }


def verified() -> dict[str, str]:
    """Return what is written in `verified.json`."""
    found: dict[str, str] = json.loads(VERIFIED.read_text())
    return found


def stage(folder: Path) -> None:
    """Lay out all golden modules, and the support types that the cases leave out."""
    from tests.elixir.test_support_types import TEXTS

    for module, text in TEXTS.items():
        _write(folder / module_path(module), text)
    for path in TORTURE.rglob("*.ex"):
        _write(folder / path.relative_to(TORTURE), path.read_text())
    _write(folder / "own.ex", _OWN)
    legacy = list(TEXTS.values())
    for number, path in enumerate(sorted(CASES.rglob("*.ex"))):
        text = path.read_text()
        own = "|".join(re.findall(r"defmodule App\.Types\.(\w+) do", text)) or "(?!)"
        text = re.sub(r"\bApp\.(Core|LegacyObjects)\b", rf"App.Case{number}.\1", text)
        text = re.sub(rf"\bApp\.Types\.({own})\b", rf"App.Types{number}.\1", text)
        legacy.append(text)
        # One file a module: the compiler finds what another file defines, whatever the order.
        for part, module in enumerate(re.split(r"^(?=defmodule )", text, flags=re.MULTILINE)):
            _write(folder / f"case_{number}" / f"{part}.ex", module)
    _write(folder / "legacy.ex", _legacy_code(legacy))


def _legacy_code(texts: Iterable[str]) -> str:
    """Return stubs of the Ecto types and functions of legacy code that golden modules call."""
    bodies: dict[str, str] = {}
    modules = [each for text in texts for each in re.split(r"^(?=defmodule )", text, flags=re.M)]
    for text in modules:
        for word, module in _HANDED_OVER.findall(text):
            takes_options = word == "module" and "@has_parameters" not in text
            bodies.setdefault(module, _PARAMETERIZED if takes_options else _PLAIN)
    for text in texts:
        defined = set(re.findall(r"^defmodule (\S+) do", text, re.MULTILINE))
        for module, function in _CALLED.findall(text):
            stub = f'  def {function}, do: "made"\n'
            body = bodies.get(module, "")
            own = module in defined or module.startswith(_THERE)
            if not own and stub not in body:
                bodies[module] = body + stub
    return "\n".join(f"defmodule {name} do\n{body}end\n" for name, body in sorted(bodies.items()))


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def main() -> None:
    match sys.argv[1:]:
        case ["stage", folder]:
            stage(Path(folder))
        case ["write"]:
            VERIFIED.write_text(json.dumps(hashes(), indent=1) + "\n")
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main()
