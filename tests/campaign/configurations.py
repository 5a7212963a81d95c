"""Hostile `ash_scaffold.toml` and templates: paths that lead out, escapes, huge and deep values."""

from __future__ import annotations

import types
from collections.abc import Iterator
from random import Random
from typing import Any, Union, get_args, get_origin

import msgspec
from tests.campaign.box import SECRET, Box
from tests.campaign.ground import URL_OPTION, Ground, Tried, command_of, tried
from tests.campaign.hostile_text import hostile_name, hostile_text
from tests.campaign.oracle import wrong_refusal, wrong_run, wrong_world
from tests.campaign.projects import AGAIN, DDL, LATER, generated

from ash_scaffold.config import Config
from ash_scaffold.toml_text import quoted

_PATHS = (
    *("../outside", "../../outside", "/etc", "/tmp", "link", "link/x", "lib/../..", "~", "$HOME"),
    *(".", "", "lib", ".git", "deps", "priv/ash_scaffold", "lib/shop/sales", "notes.txt", "\\\\x"),
    *("../../outside/private.txt", "/dev/zero", "/dev/stdin", "C:\\\\x", "a\\u0000b", "a" * 5000),
)
_ESCAPES = (
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ self.__init__.__globals__.__builtins__.__import__('os').mkdir('%s') }}",
    "{{ cycler.__init__.__globals__.os.mkdir('%s') }}",
    "{{ lipsum.__globals__['os'].mkdir('%s') }}",
    "{{ joiner.__init__.__globals__.os.mkdir('%s') }}",
    "{{ namespace.__init__.__globals__['os'].mkdir('%s') }}",
    "{{ request|attr('application')|attr('__globals__') }}",
    "{{ (literal|default(lipsum))['__glo' ~ 'bals__']['os'].mkdir('%s') }}",
    "{% for x in ().__class__.__base__.__subclasses__() %}{% if 'Popen' in x.__name__ %}"
    "{{ x(['mkdir', '%s']) }}{% endif %}{% endfor %}",
    "{{ '{0.__class__.__mro__}'.format(1) }}",
    "{{ ('{0.__init__.__globals__[os]}').format_map({'0': cycler}) }}",
    "{% include '../../outside/private.txt' %}",
    "{% include '/etc/hostname' %}",
    "{% extends 'link/private.txt' %}",
    "{% import 'os' as os %}{{ os.mkdir('%s') }}",
    "{% for i in range(10**9) %}{% for j in range(10**9) %}x{% endfor %}{% endfor %}",
    "{{ 'x' * 10**11 }}",
    "{{ sections.append(1) }}{{ sections.clear() }}",
    "{{ 9**9**9**9 }}",
    "{% macro a() %}{{ a() }}{% endmacro %}{{ a() }}",
    "{{ undefined.anything }}",
    "{%",
)
_COMMANDS = (
    (AGAIN, LATER),
    ((*AGAIN, "--dry-run"), LATER),
    (("check", "--url", URL_OPTION), LATER),
    (("document", "--url", URL_OPTION), DDL),
    (("inspect", "--usage", "--url", URL_OPTION), DDL),
    (("init", "--url", URL_OPTION), LATER),
    (("doctor", "--fix", "--url", URL_OPTION), DDL),
    (("check",), DDL),
    (("resources", "--no-format"), DDL),
)
_DOMAIN = '[domains."Shop.Sales"]\ntables = ["*"]\n'
_TIMEOUT = 40.0  # seconds


def attempt(ground: Ground, dice: Random) -> Tried:
    """Give the project such a configuration, or such a template."""
    command, ddl = dice.choice(_COMMANDS)
    with ground.box(generated) as box:
        (box.project / "link").symlink_to(box.outside)
        if dice.random() < 0.35:
            command, ddl = dice.choice(_COMMANDS[:3])
            what = _template(box, dice)
        else:
            what = _configuration(dice)
            if URL_OPTION not in command:
                what = f'{dice.choice(["dump", "legacy"])} = "{dice.choice(_PATHS)}"\n{_DOMAIN}'
            box.write({"ash_scaffold.toml": what})
        before, world = box.tree(), box.world()
        ran = box.start(*ground.arguments(command, ddl)).end(_TIMEOUT)
        after = box.tree()
        persons = ("notes.txt", "mix.exs", "lib/shop/accounts.ex", "ash_scaffold.toml")
        changed = [each for each in persons if before[each] != after.get(each)]
        allowed = {"doctor": {"mix.exs"}, "init": {"ash_scaffold.toml"}}.get(ran.command[0], set())
        return tried(
            f"{what[:300]!r}, {command_of(ran)}",
            wrong_run(ran),
            wrong_refusal(ran, before, after),
            [f"{each} changed" for each in changed if each not in allowed],
            wrong_world(box, world),
        )


def _template(box: Box, dice: Random) -> str:
    escape = dice.choice(_ESCAPES).replace("%s", str(box.canary / "mark"))
    name = dice.choice(["resource", "domain", "types/enum", "fragment"])
    box.write(
        {
            "ash_scaffold.toml": f'templates = "templates"\n{_DOMAIN}',
            f"templates/{name}.ex.j2": f"{escape}\n",
        }
    )
    if name != "domain":
        box.write({"templates/domain.ex.j2": f"{escape}\n"})
    return escape


def _configuration(dice: Random) -> str:
    """Draw a file: options of the right type with hostile values, or no configuration at all."""
    if dice.random() < 0.15:
        return dice.choice(_BROKEN)
    lines = list(_options(Config, dice, 3))
    return "\n".join(lines) + ("\n" + _DOMAIN if dice.random() < 0.6 else "")


_BROKEN = (
    *("[" * 10**5, "a = " + "[" * 10**5, "a = {b = " * 2000, "x.y" * 20000 + " = 1", "\ufeff= 1"),
    *("url = 1\nurl = 2", "[tables]\n" * 2, "out = 9" + "9" * 10**5, "out = 1e999999", "out = nan"),
    *("[[tables]]\n[[tables]]", "accept = 1979-05-27T07:32:00Z", "#" * 10**7, 'out = "\\ud800"'),
)


def _options(struct: type[msgspec.Struct], dice: Random, most: int) -> Iterator[str]:
    """Yield the lines of some options of a struct, inline."""
    fields = msgspec.structs.fields(struct)
    for field in dice.sample(fields, min(len(fields), dice.randint(1, most))):
        yield f"{field.encode_name} = {_value(field.encode_name, field.type, dice)}"


def _value(name: str, expected: Any, dice: Random) -> str:
    if dice.random() < 0.1:
        return dice.choice(["1", "[]", "{}", "true", '""', "[[1]]", "1e308", '"\\u202e"', "-0.0"])
    if get_origin(expected) in (Union, types.UnionType):
        expected = dice.choice([each for each in get_args(expected) if each is not type(None)])
    origin, inner = get_origin(expected), get_args(expected)
    if expected is bool:
        return dice.choice(["true", "false"])
    if origin is tuple:
        return f"[{', '.join(_value(name, inner[0], dice) for _ in range(dice.randint(0, 3)))}]"
    if origin is dict:
        keys = {hostile_name(dice) for _ in range(2)} | set(dice.sample(_KEYS, 1))
        pairs = (f"{quoted(key)} = {_value(name, inner[1], dice)}" for key in sorted(keys))
        return f"{{ {', '.join(pairs)} }}"
    if isinstance(expected, type) and issubclass(expected, msgspec.Struct):
        return f"{{ {', '.join(_options(expected, dice, 3))} }}"
    if name == "url":
        return quoted(dice.choice(_URLS))
    if name in ("out", "templates", "legacy", "dump"):
        return f'"{dice.choice(_PATHS)}"'
    return quoted(dice.choice([hostile_name(dice), hostile_text(dice), dice.choice(_WORDS)]))


_KEYS = ("orders", "customers", "*", "notes", "public.orders", "Shop.Sales", "id", "*.state")
_WORDS = (
    *("Shop.Repo", "Shop.Sales", "System", "Elixir.Kernel", ":os.cmd('x')", "*", "orders", "crud"),
    *(":string", "{:array, :map}", "tolerant", "Canary.run()", "fragment", "inline", "id", "a.b"),
)
_URLS = (
    f"postgres://me:{SECRET}@127.0.0.1:1/x",
    "postgres://me:${CAMPAIGN_PASSWORD}@127.0.0.1:1/x",
    "postgres:///x?passfile=/etc/hostname&sslkey=/etc/hostname",
    "postgres://me@127.0.0.1:1/x?options=-c%20search_path%3Dx&service=evil",
    f"postgres://me:{SECRET}@[::1]:notaport/x",
    f"mysql://{SECRET}@x/y",
    f"://{SECRET}",
    "postgres://me@/x?host=/tmp,127.0.0.1&port=1,2",
)
