"""Settings for Ash put into the files of a person, every other byte kept."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ash_scaffold.project.settings import (
    AshDomains,
    ImportDeps,
    InstalledExtensions,
    MigrateExtensions,
    MinPgVersion,
    Setting,
    UseAshRepo,
    lines,
    put,
)

DOMAINS = AshDomains(app="app", present=("App.Blog",), missing=("App.Shop", "App.Users"))
FIRST_DOMAIN = AshDomains(app="app", present=(), missing=("App.Blog",))
DEPS = ImportDeps(present=("ecto",), missing=("ash", "ash_postgres"))
USE = UseAshRepo(repo="App.Repo", app="app")
EXTENSIONS = InstalledExtensions(repo="App.Repo", present=("pg_trgm",), missing=("citext",))
MIGRATE = MigrateExtensions(repo="App.Repo")
VERSION = MinPgVersion(repo="App.Repo", major=16)
ALL: tuple[Setting, ...] = (DOMAINS, DEPS, USE, EXTENSIONS, MIGRATE, VERSION)


def after(source: str | None, setting: Setting) -> str | None:
    found = put(None if source is None else source.encode(), setting)
    return None if found is None else found.decode()


def test_each_setting_has_the_lines_that_a_person_would_write() -> None:
    unknown = MinPgVersion(repo="App.Repo", major=None)
    assert [lines(setting) for setting in (*ALL, unknown)] == [
        ("config :app, ash_domains: [App.Blog, App.Shop, App.Users]",),
        ("import_deps: [:ecto, :ash, :ash_postgres]",),
        ("use AshPostgres.Repo, otp_app: :app",),
        ("@impl true", 'def installed_extensions, do: ["pg_trgm", "citext"]'),
        ("@impl true", "def migrate_extensions?, do: false"),
        ("@impl true", "def min_pg_version, do: %Version{major: 16, minor: 0, patch: 0}"),
        ("@impl true", "def min_pg_version, do: %Version{major: …, minor: 0, patch: 0}"),
    ]


def test_a_list_too_long_for_a_line_is_broken_as_the_formatter_does() -> None:
    names = tuple(f"App.Domain{number:02}" for number in range(26))
    domains = AshDomains(app="app", present=names[:1], missing=names[1:])
    assert lines(domains) == (
        "config :app,",
        "  ash_domains: [",
        *(f"    {name}," for name in names[:-1]),
        f"    {names[-1]}",
        "  ]",
    )
    deps = tuple(f"dependency_{number:02}" for number in range(8))
    wanted = ImportDeps(present=deps, missing=("ash",))
    assert lines(wanted) == ("import_deps: [", *(f"  :{name}," for name in deps), "  :ash", "]")
    written = "".join(f"    :{name},\n" for name in deps)
    assert after("[\n  inputs: []\n]\n", wanted) == (
        f"[\n  import_deps: [\n{written}    :ash\n  ],\n  inputs: []\n]\n"
    )


def test_domains_go_to_the_end_of_the_list_that_is_there() -> None:
    source = (
        "import Config\n\nconfig :app,\n  ash_domains: [\n    # the first\n    App.Blog\n  ],\n"
        "  ecto_repos: [App.Repo] # ours\n"
    )
    assert after(source, DOMAINS) == source.replace(
        "    App.Blog\n", "    App.Blog,\n    App.Shop,\n    App.Users\n"
    )


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ("config :app, :ash_domains, [App.Blog]", ", [App.Blog, App.Shop, App.Users]"),
        ("config :app, ash_domains: []", ": [App.Shop, App.Users]"),
    ],
)
def test_both_forms_of_config_and_an_empty_list_take_domains(before: str, expected: str) -> None:
    text = after(f"import Config\n{before}\n", DOMAINS)
    assert text is not None
    assert text.endswith(f"ash_domains{expected}\n")


def test_a_first_list_of_domains_goes_behind_the_application_s_own_settings() -> None:
    source = (
        "import Config\r\n\r\nconfig :app,\r\n  ecto_repos: [App.Repo] # ours\r\n\r\n"
        'config :app, App.Repo, pool: 1\r\nimport_config "dev.exs"\r\nconfig :app, later: true\r\n'
    )
    assert after(source, FIRST_DOMAIN) == source.replace(
        "# ours\r\n", "# ours\r\n\r\nconfig :app, ash_domains: [App.Blog]\r\n"
    )


def test_without_a_setting_of_the_application_the_list_goes_behind_the_import() -> None:
    source = 'import Config\nconfig :logger, level: :info\nimport_config "dev.exs"\n'
    assert after(source, FIRST_DOMAIN) == source.replace(
        "Config\n", "Config\n\nconfig :app, ash_domains: [App.Blog]\n\n"
    )


@pytest.mark.parametrize("source", [None, "", "\n"])
def test_a_config_file_is_made_where_there_is_none(source: str | None) -> None:
    assert after(source, FIRST_DOMAIN) == "import Config\n\nconfig :app, ash_domains: [App.Blog]\n"


def test_a_long_list_is_broken_as_the_formatter_breaks_it() -> None:
    names = tuple(f"App.Domain{number:015}" for number in range(3))
    assert after(None, AshDomains(app="app", present=(), missing=names)) == (
        f"import Config\n\nconfig :app,\n  ash_domains: [{', '.join(names)}]\n"
    )
    many = tuple(f"App.Domain{number:020}" for number in range(4))
    assert after(None, AshDomains(app="app", present=(), missing=many)) == (
        "import Config\n\nconfig :app,\n  ash_domains: [\n"
        + ",\n".join(f"    {name}" for name in many)
        + "\n  ]\n"
    )


@pytest.mark.parametrize(
    "source",
    [
        "import Config\nconfig :app, ash_domains: domains()\n",
        "import Config\nconfig :app, ash_domains: [A]\nconfig :app, ash_domains: [B]\n",
        "import Config\nif true do\n  config :app, ash_domains: [A]\nend\n",
        "x = 1; import Config\n",
        "import Config\nconfig :app, [\n",
        "level = :info\n",
    ],
)
def test_domains_that_cannot_be_put_in_safely_are_left_to_the_person(source: str) -> None:
    assert after(source, DOMAINS) is None


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("[import_deps: [:ecto]]\n", "[import_deps: [:ecto, :ash, :ash_postgres]]\n"),
        ("[import_deps: []]\n", "[import_deps: [:ash, :ash_postgres]]\n"),
        (
            "# ours\n[\n  # which\n  inputs: []\n]\n",
            "# ours\n[\n  import_deps: [:ecto, :ash, :ash_postgres],\n  # which\n  inputs: []\n]\n",
        ),
        ("[]\n", "[import_deps: [:ecto, :ash, :ash_postgres]]\n"),
        (
            None,
            "[\n  import_deps: [:ecto, :ash, :ash_postgres],\n"
            '  inputs: ["{mix,.formatter}.exs", "{config,lib,test}/**/*.{ex,exs}"]\n]\n',
        ),
        ("[import_deps: ~w(ecto)a]\n", None),
        ("[import_deps: deps]\n", None),
        ('Code.eval_file("x")\n', None),
        ("[:a]\n", None),
    ],
)
def test_dependencies_go_into_the_formatter_s_list(
    source: str | None, expected: str | None
) -> None:
    assert after(source, DEPS) == expected


REPO = """defmodule App.Other do
end

defmodule App.Repo do
  # of old
  use Ecto.Repo, otp_app: :app, adapter: Ecto.Adapters.Postgres # ours

  def pages(query), do: query # all

  # the end
end
"""


def test_the_repo_uses_ash_s_repo_with_the_options_it_has() -> None:
    assert after(REPO, USE) == REPO.replace("use Ecto.Repo", "use AshPostgres.Repo")


@pytest.mark.parametrize(
    "use",
    [
        "use Ecto.Repo, otp_app: :app, adapter: Ecto.Adapters.MyXQL",
        "use Ecto.Repo, otp_app: :app, adapter: @adapter",
        "use Ecto.Repo, otp_app: :app, read_only: true",
        "use Ecto.Repo, options()",
        "use AshPostgres.Repo, otp_app: :app",
    ],
)
def test_a_use_that_would_lose_something_is_left_as_it_is(use: str) -> None:
    assert after(f"defmodule App.Repo do\n  {use}\nend\n", USE) is None


@pytest.mark.parametrize("setting", [EXTENSIONS, MIGRATE, VERSION])
def test_callbacks_go_behind_the_last_one(setting: Setting) -> None:
    impl, function = lines(setting)
    assert after(REPO, setting) == REPO.replace(
        "query # all\n", f"query # all\n\n  {impl}\n  {function}\n"
    )


def test_an_extension_goes_into_the_list_that_is_there() -> None:
    source = (
        'defmodule App.Repo do\n  def installed_extensions do\n    ["pg_trgm"] # fast\n  end\nend\n'
    )
    assert after(source, EXTENSIONS) == source.replace('["pg_trgm"]', '["pg_trgm", "citext"]')


@pytest.mark.parametrize(
    ("source", "setting"),
    [
        ("defmodule App.Repo do\n  def installed_extensions, do: @all\nend\n", EXTENSIONS),
        ("defmodule App.Repo do\n  def migrate_extensions?, do: true\nend\n", MIGRATE),
        ("defmodule App.Repo, do: use(Ecto.Repo, otp_app: :app)\n", MIGRATE),
        ("defmodule App.Repo do\nend\n", MIGRATE),
        ("defmodule App.Else do\n  use Ecto.Repo\nend\n", MIGRATE),
        (REPO, MinPgVersion(repo="App.Repo", major=None)),
        (None, MIGRATE),
    ],
)
def test_a_callback_that_cannot_be_put_in_safely_is_left_to_the_person(
    source: str | None, setting: Setting
) -> None:
    assert after(source, setting) is None


@given(st.binary(max_size=60), st.sampled_from(ALL), st.sampled_from([b"", REPO.encode()]))
def test_whatever_the_file_holds_all_of_it_stays(
    junk: bytes, setting: Setting, rest: bytes
) -> None:
    source = junk + rest
    found = put(source, setting)
    if found is not None and source.strip():
        kept = found.replace(b"AshPostgres.Repo", b"Ecto.Repo") if setting is USE else found
        characters = iter(kept)
        assert all(byte in characters for byte in source)
