"""The settings of `.formatter.exs`, read as text."""

from __future__ import annotations

from pathlib import Path

import pytest

from ash_scaffold.project.formatter_settings import FormatterSettings, read_formatter_settings
from ash_scaffold.project.mix_environment import without_secrets
from ash_scaffold.project.read import read_project

MIX = """defmodule My.MixProject do
  use Mix.Project
  def project, do: [app: :my, version: "0.1.0"]
end
"""


def settings(root: Path, text: str, **dependencies: str) -> FormatterSettings:
    (root / "mix.exs").write_text(MIX)
    (root / ".formatter.exs").write_text(text)
    for name, exported in dependencies.items():
        (root / "deps" / name).mkdir(parents=True)
        (root / "deps" / name / ".formatter.exs").write_text(exported)
    return read_formatter_settings(read_project(root))


@pytest.mark.parametrize(
    ("text", "calls"),
    [
        ("[]", ()),
        ("[locals_without_parens: []]", ()),
        ("[locals_without_parens: [own: 1, own: 2, any: :*]]", ("own: 1", "own: 2", "any: :*")),
        ("[locals_without_parens: [{:own, 1}, {:other?, 2}]]", ("own: 1", "other?: 2")),
        ("calls = [own: 1]\n[locals_without_parens: calls]", ("own: 1",)),
        ("a = [own: 1]\nb = a\n[locals_without_parens: b ++ [x: 2]]", ("own: 1", "x: 2")),
        ("a = [own: 1]\n[locals_without_parens: [{:x, 2} | a]]", ("x: 2", "own: 1")),
        ("# a\n[\n  # b\n  inputs: Enum.map([], & &1), # c\n  subdirectories: x()\n]\n", ()),
        ("[plugins: [Phoenix.LiveView.HTMLFormatter], heex_line_length: 300]", ()),
        ('[locals_without_parens: ["a b": 1]]', ('"a b": 1',)),
    ],
)
def test_literals_are_all_of_the_settings(
    tmp_path: Path, text: str, calls: tuple[str, ...]
) -> None:
    assert settings(tmp_path, text) == FormatterSettings(calls=calls)


def test_switches_are_read(tmp_path: Path) -> None:
    text = "[line_length: 120, force_do_end_blocks: true, migrate: false]"
    assert settings(tmp_path, text) == FormatterSettings(
        switches=("line_length: 120", "force_do_end_blocks: true", "migrate: false")
    )


def test_a_dependency_exports_its_calls(tmp_path: Path) -> None:
    ecto = (
        "calls = [from: 2]\n[locals_without_parens: calls, export: [locals_without_parens: calls]]"
    )
    found = settings(tmp_path, "[import_deps: [:ecto, :plug]]", ecto=ecto, plug="[]")
    assert found == FormatterSettings(calls=("from: 2",))


@pytest.mark.parametrize(
    ("text", "calls"),
    [
        ("[import_deps: [:gone], locals_without_parens: [own: 1]]", ("own: 1",)),
        ("[import_deps: [:ecto], locals_without_parens: [own: 1]]", ("own: 1", "from: 2")),
        ('[import_deps: [:"../secret"], locals_without_parens: [own: 1]]', ("own: 1",)),
        ("[plugins: [Spark.Formatter], locals_without_parens: [own: 1]]", ("own: 1",)),
        ("[plugins: plugins(), locals_without_parens: [own: 1]]", ("own: 1",)),
        ("[import_deps: if(x, do: [:a]), locals_without_parens: [own: 1]]", ("own: 1",)),
        ("[locals_without_parens: calls]", ()),
        ("a = a\n[locals_without_parens: a]", ()),
        ("[locals_without_parens: [own: 1] -- [own: 1]]", ()),
        ("[locals_without_parens: [own: System.halt()]]", ()),
        ("[locals_without_parens: [own: true]]", ()),
        ('[locals_without_parens: [own: "1"]]', ()),
        ('[line_length: String.to_integer("1")]', ()),
        ("Keyword.merge([locals_without_parens: [own: 1]], [])", ()),
        ("[{:locals_without_parens, [own: 1]}]", ()),
        ("[locals_without_parens: [own: 1]", ()),
        ("", ()),
    ],
)
def test_what_only_running_it_would_tell(tmp_path: Path, text: str, calls: tuple[str, ...]) -> None:
    assert settings(tmp_path, text) == FormatterSettings(calls=calls, complete=False)


def test_a_project_without_the_file_has_nothing_to_run(tmp_path: Path) -> None:
    (tmp_path / "mix.exs").write_text(MIX)
    assert read_formatter_settings(read_project(tmp_path)) == FormatterSettings()


KEPT = {
    "PATH": "/bin", "HOME": "/root", "LANG": "C.UTF-8", "LC_ALL": "C", "PWD": "/x", "TERM": "dumb",
    "MIX_ENV": "test", "MIX_HOME": "/m", "MIX_EXS": "a.exs", "ELIXIR_ERL_OPTIONS": "+fnu",
    "ERL_AFLAGS": "-kernel", "ASDF_DIR": "/asdf", "MISE_SHELL": "zsh", "XDG_CACHE_HOME": "/c",
    "PORT": "4000", "PHX_HOST": "example.org", "HOST_URL": "https://example.org/a@b", "CI": "true",
    "SSL_CERT_FILE": "/etc/ca.pem", "PAGER": "less",
}  # fmt: skip
DROPPED = {
    "DATABASE_URL": "postgres://x", "PGPASSWORD": "x", "PGHOST": "h", "PGSERVICE": "s",
    "POSTGRES_USER": "u", "TEST_DATABASE_URL": "x", "DB_HOST": "h", "SHOP_DB_USER": "u",
    "SECRET_KEY_BASE": "x", "secret": "x", "API_TOKEN": "x", "HEX_API_KEY": "x",
    "MISE_GITHUB_TOKEN": "x", "SMTP_PASSWORD": "x", "ADMIN_PWD": "x", "AWS_PROFILE": "x",
    "SSH_AUTH_SOCK": "/s", "SENTRY_DSN": "x", "RELEASE_COOKIE": "x", "SIGNING_SALT": "x",
    "CACHE": "redis://:pw@host", "PROXY": "http://user:pw@proxy:1", "X": "sk_live_1234",
    "Y": "-----BEGIN RSA PRIVATE KEY-----", "Z": "eyJhbGciOi.eyJzdWIi.x", "G": "ghp_abc",
    "GITHUB_TOKEN": "x",
    "MIX_ARCHIVE": "https://u:p@h",
}  # fmt: skip


def test_mix_gets_no_secrets() -> None:
    assert without_secrets(KEPT | DROPPED) == KEPT
