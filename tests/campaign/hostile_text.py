"""Texts that mean something to one of the languages that a name of a database gets into."""

from __future__ import annotations

from random import Random

# What they call must run nowhere: the parser looks for a call of the module `Canary`.
ELIXIR = (
    *("#{Canary.run()}", '" <> Canary.run() <> "', '"""\nCanary.run()\n"""', "'''", '~S"""', '"""'),
    *(
        "end\nCanary.run()\ndef x do",
        ":a, Canary.run()",
        "\\#{Canary.run()}",
        "\\",
        '\\"',
        "\\u{0}",
    ),
    *("do: Canary.run()", "@after_compile Canary", "#{", "}", "%{", "<<0>>", "~s(a)", "&1", "?a"),
    *("fn", "end", "nil", "true", "false", "when", "and", "or", "not", "in", "do", "catch", "else"),
    *("rescue", "after", "__MODULE__", "__ENV__", "__struct__", "__meta__", "Elixir.System"),
    *("fragment", "id", "type", "attribute", "attributes", "identities", "actions", "source"),
    *("id?", "save!", "Upper", "camelCase", "1st", "a.b", "a-b", "a b", "@at", "é", "_", "__"),
)
SQL = (
    "select",
    "table",
    "user",
    "'; DROP TABLE x; --",
    "$$",
    "$_$",
    "/*",
    "--",
    "\\gexec",
    '"',
    "``",
)
SCRIPTS = (
    *(
        "会社id",
        "‿x",
        "пользователь",
        "ﬁeld",
        "İd",
        "ß",
        "ｗｉｄｅ",
        "e\u0301",
        "한국",
        "עברית",
        "ไทย",
    ),
    *(
        "аdmin",
        "x\u200dy",
        "x\u200cy",
        "𝒳",
        "🦊",
        "º",
        "ª",
        "²",
        "μ",
        "µ",
        "ǆ",
        "\u0345",
        "·x",
        "x·",
    ),
    *("\ufeffx", "x\u00ad", "\u3000", "\u2028", "\u2029", "\ue000", "\U000e0001", "ḍ̇", "क्षि"),
)
TERMINAL = (
    *("\x1b[2J", "\x1b]0;title\x07", "\x9b31m", "\r", "\b\b\b", "\x07", "\x7f", "\t", "\x0c"),
    *("\u202ereversed", "\u2066isolated\u2069", "\u200f", "\x1b]8;;http://x\x07link", "\x01"),
)
MARKUP = (
    *("</script><script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<!--", "-->", "&lt;"),
    *("' onmouseover='alert(1)", '" onclick="alert(1)', "</style>", "</textarea>", "]]>", "&#x3c;"),
    *(
        "javascript:alert(1)",
        "[a](javascript:alert(1))",
        "![x](http://x)",
        "```",
        "~~~",
        "|",
        "# h",
    ),
    *("<details>", "</details>", "*", "_x_", "`", "``", "\\|", "- [x]", "1.", "> q", "<http://x>"),
    *(
        "<!-- ash_scaffold:begin -->",
        "<!-- end -->",
        "---",
        "{{ 7*7 }}",
        "{% raw %}",
        "${x}",
        "`${x}`",
    ),
)
MERMAID = (
    "end",
    "%%",
    'click a href "javascript:alert(1)"',
    "}o--o{",
    ";",
    "subgraph",
    "erDiagram",
)
LINES = ("a\nb", "\n", "a\r\nb", " ", "  x  ", "\n\n# heading\n", "\n---\n", "\n```elixir\n")
LONG = ("x" * 63, "é" * 31, "会" * 21, "x" * 62 + '"', "id" * 30)
KINDS = (ELIXIR, ELIXIR, SQL, SCRIPTS, SCRIPTS, TERMINAL, MARKUP, MARKUP, MERMAID, LINES, LONG)
_BYTES = 63  # PostgreSQL's NAMEDATALEN, less the zero at the end


def hostile_name(dice: Random) -> str:
    """Draw a name: one text, or two with or without something between."""
    drawn = dice.choice(dice.choice(KINDS))
    if dice.random() < 0.4:
        drawn += dice.choice(["", "_", " ", "."]) + dice.choice(dice.choice(KINDS))
    return drawn.encode()[:_BYTES].decode("utf-8", "ignore") or "_"


def hostile_text(dice: Random) -> str:
    """Draw a comment or a value."""
    return dice.choice(["", " ", "\n"]).join(
        dice.choice(dice.choice(KINDS)) for _ in range(dice.randint(1, 6))
    )
