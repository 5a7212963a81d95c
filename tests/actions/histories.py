"""A history of a project with changesets, drawn from a seed: what people do to the legacy code and
to the actions, run after run, and what has to hold then.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
from tests.actions.acting import ACTIONS, CONTEXT, DOMAIN_FILE, LEGACY, SCHEMA, STEPS, USER, act
from tests.elixir.merging import Dice
from tests.generate.conftest import MIX, REPO
from tests.generate.running import Done, Shop, diff_of
from tests.support import instead_of_a_server

from ash_scaffold.check.changeset_drift import KIND
from ash_scaffold.check.run import check
from ash_scaffold.postgres.catalog import Database
from ash_scaffold.session import SourceOptions
from ash_scaffold.syntax.parse import parse

STEPS_OF_A_HISTORY = 8
_MARK = re.compile(r".*\bperson_\d+\b.*")
_ACTION = re.compile(
    r"\n    # (?P<of>[\w.!?]+/\d+), [^\n]*\n(?P<notes>(?:    #[^\n]*\n)*)"
    r"    (?P<kind>create|update) :(?P<name>\w+) do\n(?P<body>.*?)\n    end\n",
    re.DOTALL,
)


class Legacy(msgspec.Struct, frozen=True, kw_only=True):
    """The legacy code: the steps of each changeset function, and the body of a helper.

    `broken` is text that keeps the file from being read whole, `above` is a comment that moves
    every line.
    """

    functions: Mapping[str, tuple[str, ...]]
    helper: str = "String.trim/1"
    broken: str = ""
    above: int = 0

    def schema(self) -> str:
        """Return the file of the schema."""
        head, _, _ = LEGACY[SCHEMA].partition("  def changeset(")
        head = head.replace("  import Ecto", "  # Moved.\n" * self.above + "  import Ecto", 1)
        functions = "".join(
            f"  def {name}(user, attrs) do\n    user\n"
            + "".join(f"    |> {step}\n" for step in steps)
            + "  end\n\n"
            for name, steps in self.functions.items()
        )
        helper = (
            "  defp tidy(changeset) do\n    if get_change(changeset, :name) do\n"
            f"      update_change(changeset, :name, &{self.helper})\n    else\n"
            "      changeset\n    end\n  end\n"
        )
        return f"{head}{functions}{helper}{self.broken}end\n"

    def context(self) -> str:
        """Return the file of the context: all functions update, `changeset` creates as well."""
        head, _, _ = LEGACY[CONTEXT].partition("  def create_user")
        writes = [
            f"  def {name.removesuffix('_changeset')}_user(%User{{}} = user, attrs) do\n"
            f"    user |> User.{name}(attrs) |> Repo.update()\n  end\n"
            for name in self.functions
        ]
        if "changeset" in self.functions:
            writes.append(
                "  def create_user(attrs) do\n"
                "    %User{} |> User.changeset(attrs) |> Repo.insert()\n  end\n"
            )
        return head + "\n".join(writes) + "end\n"

    def files(self) -> dict[str, str]:
        """Return the files by path."""
        return {SCHEMA: self.schema(), CONTEXT: self.context()}


FIRST = Legacy(
    functions={
        "changeset": ("cast(attrs, [:email, :name, :age])", "validate_required([:email])"),
        "rename_changeset": ("cast(attrs, [:name])", "validate_required([:name])", "tidy()"),
        "age_changeset": ("cast(attrs, [:age])", "validate_number(:age, greater_than: 1)"),
    }
)
_NAMES = ("rename_changeset", "age_changeset", "call_changeset", "email_changeset")
_BROKEN = ("  defp odd(( do\n  end\n", "  def odd do\n", "  x = )\n", '  @a "\n', "\0\x01\n")


class Kept(msgspec.Struct, frozen=True):
    """An action in the file of its fragment, known by its kind and function."""

    name: str
    body: str

    @property
    def is_edited(self) -> bool:
        return "person_" in self.body


def actions_in(text: str) -> dict[str, Kept]:
    """Return the actions in a fragment."""
    return {
        f"{each['kind']} {each['of']}": Kept(each["name"], each["notes"] + each["body"])
        for each in _ACTION.finditer(text)
    }


class History:
    """A project, its legacy code, and what a seed makes of both."""

    def __init__(self, seed: int, shop: Shop, database: Database) -> None:
        self.dice = Dice(seed)
        self.shop = shop
        self.legacy = FIRST
        self.marks = 0
        self.numbers = 40
        self.removed: set[str] = set()
        self._database = database
        self._write()
        with instead_of_a_server(database):
            shop.run()
            self.act()

    # The legacy code

    def change_legacy(self) -> None:
        """Change one thing of the legacy code."""
        legacy, dice = self.legacy, self.dice
        functions = dict(legacy.functions)
        name = dice.one(sorted(functions))
        kind = dice.one(["step", "step", "step", "drop", "gone", "name", "new", "helper", "moved"])
        if kind == "step":
            functions[name] = (*functions[name], self._step())
        elif kind == "drop" and len(functions[name]) > 1:
            functions[name] = functions[name][:-1]
        elif kind == "gone" and len(functions) > 1:
            del functions[name]
        elif kind == "name" and name != "changeset":
            functions[dice.one(_NAMES)] = functions.pop(name)
        elif kind == "new":
            functions.setdefault(dice.one(_NAMES), ("cast(attrs, [:name])", self._step()))
        elif kind == "helper":
            helper = dice.one(["String.trim/1", "String.upcase/1", "String.downcase/1"])
            legacy = msgspec.structs.replace(legacy, helper=helper)
        elif kind == "moved":
            legacy = msgspec.structs.replace(legacy, above=legacy.above + 1)
        self.legacy = msgspec.structs.replace(legacy, functions=functions)
        self._write()

    def break_legacy(self) -> None:
        """Let the file of the schema have a fault, or none any more."""
        broken = "" if self.legacy.broken else self.dice.one(_BROKEN)
        self.legacy = msgspec.structs.replace(self.legacy, broken=broken)
        self._write()

    def _step(self) -> str:
        self.numbers += 1
        return self.dice.one(
            [
                f"validate_length(:name, max: {self.numbers})",
                f'validate_format(:email, ~r/{self.numbers}/, message: "no {self.numbers}")',
                f"put_assoc(:friends, [{self.numbers}])",
                f'unique_constraint(:email, message: "taken {self.numbers}")',
                f"put_change(:age, System.os_time() - {self.numbers})",
                f"optimistic_lock(:age, & &1 + {self.numbers})",
                "tidy()",
            ]
        )

    def _write(self) -> None:
        self.shop.write(self.legacy.files())

    # What people do to what is generated

    def edit(self) -> None:
        """Edit one thing of what is generated."""
        self.dice.one(
            [
                self._edit_action,
                self._edit_action,
                self._comment,
                self._rename,
                self._take_out,
                self._own_action,
                self._edit_steps,
                self._own_define,
                self._move,
                self._reorder,
            ]
        )()

    def path(self) -> str:
        """Return the path of the fragment, which people may move."""
        paths = [
            p for p, t in self.shop.elixir().items() if "defmodule Shop.Sales.User.Actions" in t
        ]
        return paths[0] if paths else ACTIONS

    def text(self) -> str:
        return self.shop.elixir().get(self.path(), "")

    def _mark(self) -> str:
        self.marks += 1
        return f"person_{self.marks}"

    def _put(self, text: str) -> None:
        self.shop.write({self.path(): text})

    def _one(self) -> re.Match[str] | None:
        found = list(_ACTION.finditer(self.text()))
        return self.dice.one(found) if found else None

    def _edit_action(self) -> None:
        text, found = self.text(), self._one()
        if found is not None:
            line = self.dice.one(
                [
                    f'      description "{self._mark()}"\n',
                    f"      # {self._mark()}\n",
                    f"      change set_attribute(:name, :{self._mark()})\n",
                ]
            )
            end = found.end() - len("    end\n")
            self._put(text[:end] + line + text[end:])

    def _comment(self) -> None:
        text, found = self.text(), self._one()
        if found is not None:
            at = found.start() + 1
            self._put(f"{text[:at]}    # {self._mark()}\n\n{text[at:]}")

    def _rename(self) -> None:
        text, found = self.text(), self._one()
        if found is not None:
            self._put(text[: found.start("name")] + self._mark() + text[found.end("name") :])

    def _take_out(self) -> None:
        text, found = self.text(), self._one()
        if found is not None and "person_" not in found[0]:
            self.removed.add(f"{found['kind']} {found['of']}")
            self._put(text[: found.start()] + text[found.end() :])

    def _own_action(self) -> None:
        text = self.text()
        name = self.dice.one([self._mark(), "rename", "age", "call"])
        mark = self._mark()
        own = f"\n    # {mark}\n    update :{name} do\n      accept []\n    end\n"
        if f":{name} do" not in "".join(self.shop.elixir().values()) and "  actions do\n" in text:
            at = text.index("  actions do\n") + len("  actions do\n")
            path = self.path()
            if self.dice.yes():
                path, text = USER, self.shop.read(USER)
                at = text.index("  actions do\n") + len("  actions do\n")
            self.shop.write({path: text[:at] + own.removeprefix("\n") + "\n" + text[at:]})

    def _edit_steps(self) -> None:
        if (self.shop.root / STEPS).exists():
            text = self.shop.read(STEPS)
            self.shop.write(
                {STEPS: text.replace("      changeset\n", f"      changeset # {self._mark()}\n", 1)}
            )

    def _own_define(self) -> None:
        text = self.shop.read(DOMAIN_FILE)
        start = "    resource Shop.Sales.User do\n"
        line = f"      define :{self._mark()}, action: :read\n"
        self.shop.write({DOMAIN_FILE: text.replace(start, start + line, 1)})

    def _move(self) -> None:
        path = self.path()
        if (self.shop.root / path).exists():
            self.shop.move(path, f"lib/shop/moved_{self._mark()}.ex")

    def _reorder(self) -> None:
        text = self.text()
        found = list(_ACTION.finditer(text))
        if len(found) > 1:
            first, second = found[-2:]
            between = text[first.end() : second.start()]
            self._put(text[: first.start()] + second[0] + between + first[0] + text[second.end() :])

    # Runs

    def step(self) -> None:
        """Change some of the legacy code and of what is generated, and run."""
        dice = self.dice
        for _ in range(dice.randint(0, 2)):
            self.change_legacy()
        if dice.random() < 0.15 or self.legacy.broken:
            self.break_legacy()
        for _ in range(dice.randint(0, 2)):
            self.edit()
        with instead_of_a_server(self._database):
            if dice.random() < 0.3:
                self.resources()
            self.act()

    def resources(self) -> None:
        """Run `resources`: it leaves actions alone."""
        before = {path: self.shop.read(path) for path in (self.path(), STEPS) if self._is(path)}
        marks = self._marked()
        self.shop.run()
        assert {path: self.shop.read(path) for path in before} == before
        assert self._marked() == marks
        assert self.shop.run().diff == ""

    def act(self) -> Done:
        """Run `actions`, and check what has to hold of it."""
        shop = self.shop
        before, found, marks = actions_in(self.text()), self.findings(), self._marked()
        done = act(shop)
        after = actions_in(self.text())
        assert self._marked() == marks
        for path, text in shop.elixir().items():
            if path not in (SCHEMA, CONTEXT):
                assert parse(text.encode()).fault is None, path
        tree = shop.tree(local=True)
        again = act(shop)
        assert (again.diff, again.errors) == ("", done.errors)
        now = shop.tree(local=True)
        assert now == tree, diff_of(_texts(tree), _texts(now))
        for key, each in before.items():
            assert after[key].name == each.name
            if each.is_edited:
                assert after[key] == each
        assert not self.removed & after.keys()
        self._check_findings(before, after, found, done)
        self._check_against_new(before, after)
        return done

    def findings(self) -> set[str]:
        """Return the names of the actions whose function has changed, as `check` says."""
        source = SourceOptions(folder=self.shop.root, url=self.shop.url, environment={})
        return {each.object for each in check(source).findings if each.kind == KIND}

    def _check_findings(
        self, before: dict[str, Kept], after: dict[str, Kept], found: set[str], done: Done
    ) -> None:
        """Check that `check` and the run agree."""
        in_conflict = {
            name
            for each in done.errors
            for name in re.findall(r": users\.(actions\.\w+): Its changeset", each)
        }
        assert self.findings() == in_conflict
        for key, each in before.items():
            name = f"actions.{each.name}"
            if after[key] != each:
                assert name in found, (name, found)
        assert in_conflict <= found

    def _check_against_new(self, before: dict[str, Kept], after: dict[str, Kept]) -> None:
        """Check that what nobody edited is as it is in a project that is generated today."""
        with TemporaryDirectory() as folder:
            new = Shop(Path(folder), self.shop.url)
            new.write(project())
            new.write(self.legacy.files())
            new.run()
            act(new)
            path = new.root / ACTIONS
            fresh = actions_in(path.read_text()) if path.exists() else {}
        for key, each in fresh.items():
            if key in self.removed:
                assert key not in after
                continue
            assert key in after, (key, sorted(after))
            if not after[key].is_edited:
                assert _plain(after[key].body) == _plain(each.body), (
                    key,
                    after[key].body,
                    each.body,
                )
        if not self.legacy.broken:
            for name, steps in self.legacy.functions.items():
                of = f"Legacy.User.{name}/2"
                for key in (f"create {of}", f"update {of}"):
                    if key in fresh:
                        for step in steps:
                            _check_step(step, fresh[key].body)
        for key in before.keys() - fresh.keys():
            assert after[key] == before[key]

    def _marked(self) -> list[str]:
        return sorted(
            line.strip()
            for text in self.shop.elixir().values()
            for line in _MARK.findall(text)
            if "define " not in line or "action: :read" in line
        )

    def _is(self, path: str) -> bool:
        return (self.shop.root / path).exists()


def _texts(tree: Mapping[str, bytes]) -> dict[str, str]:
    return {path: content.decode("utf-8", "replace") for path, content in tree.items()}


def _check_step(step: str, body: str) -> None:
    """Check that a call is carried over, or stands in a TODO."""
    call = step.partition("(")[0]
    number = re.search(r"\d{2,}", step)
    if call == "unique_constraint":
        return
    if call == "cast":
        assert "Changes.Cast" in body
    elif call == "tidy":
        assert "&Steps.tidy" in body
    elif call == "put_change":
        assert "&Steps.put_age" in body
    elif call == "optimistic_lock":
        assert re.search(r"&Steps\.optimistic_lock_age|optimistic_lock: ", body), body
    else:
        assert call in body, (step, body)
        assert number is None or number[0] in body, (step, body)


def _plain(body: str) -> str:
    """Return the body of an action without what an earlier run has decided."""
    lines = [line for line in body.split("\n") if "primary? true" not in line]
    return re.sub(r"&Steps\.\w+|(?<=\.ex):\d+", "", "\n".join(lines))


def project() -> dict[str, str]:
    """Return the files of the project, but for its legacy code."""
    return {
        "mix.exs": MIX,
        "lib/shop/repo.ex": REPO,
        "ash_scaffold.toml": LEGACY["ash_scaffold.toml"],
    }


def run_history(seed: int, database: Database) -> None:
    """Draw a history, and take its steps."""
    with TemporaryDirectory() as folder:
        shop = Shop(Path(folder), "postgresql://nowhere/shop")
        shop.write(project())
        history = History(seed, shop, database)
        for _ in range(STEPS_OF_A_HISTORY):
            history.step()
