"""What the support types' own functions answer, on Elixir itself over stand-ins for Ash.

Each case is a call on a module of `App.Types` and what it gives, both as Elixir.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from tests.elixir.test_support_types import SUPPORTS, TEXTS

pytestmark = pytest.mark.skipif(shutil.which("elixir") is None, reason="no elixir on the PATH")

STAND_INS = Path(__file__).parent / "support" / "ash.exs"

RUN = """
[cases] = System.argv()

for {call, wanted} <- cases |> File.read!() |> Code.eval_string() |> elem(0) do
  answer =
    try do
      {value, _binding} = Code.eval_string("App.Types." <> call)
      {wanted, _binding} = Code.eval_string(wanted)
      if value === wanted, do: "ok", else: inspect(value)
    rescue
      error -> "raised: " <> Exception.message(error)
    end

  IO.puts("answer " <> String.replace(answer, "\\n", " "))
end
"""

POINT = "%Postgrex.Point{x: 1.0, y: 2.0}"
CORNERS = "%Postgrex.Point{x: 0.0, y: 0.0}, %Postgrex.Point{x: 1.0, y: 1.0}"
EMPTY = (
    "%Postgrex.Range{lower: :empty, upper: :empty, lower_inclusive: false, upper_inclusive: false}"
)
ORDER = '{:error, "lower bound must be less than or equal to upper bound"}'
BOUND = '{:error, "has a bound that is not valid"}'


def bounds(lower: str, upper: str, brackets: str = "[)") -> str:
    inclusive = [str(brackets[0] == "[").lower(), str(brackets[1] == "]").lower()]
    return (
        f"%Postgrex.Range{{lower: {lower}, upper: {upper}, "
        f"lower_inclusive: {inclusive[0]}, upper_inclusive: {inclusive[1]}}}"
    )


def casts(module: str, *cases: tuple[str, str]) -> list[tuple[str, str]]:
    """Make a case of each text and the value it is cast to, `nil` and nonsense included."""
    return [
        (f"{module}.cast_input(nil, [])", "{:ok, nil}"),
        (f"{module}.cast_input({{:no, :value}}, [])", ":error"),
        *((f"{module}.cast_input({text}, [])", wanted) for text, wanted in cases),
    ]


def ok(value: str) -> str:
    return f"{{:ok, {value}}}"


def error(message: str) -> str:
    return f'{{:error, "{message}"}}'


CASES = [
    *casts(
        "Point",
        ('"(1,2)"', ok(POINT)),
        ('" ( 1.0 , 2e0 ) "', ok(POINT)),
        ('"1,2"', ok(POINT)),
        ('"(1,2"', error("is not a point")),
        ('"(1,2,3)"', error("is not a point")),
        ('"(1 2,3)"', error("is not a point")),
        ('"(1e999,2)"', error("is not a point")),
        (POINT, ok(POINT)),
    ),
    *casts(
        "Line",
        ('"{1,2,3}"', ok("%Postgrex.Line{a: 1.0, b: 2.0, c: 3.0}")),
        ('"{0,0,3}"', error("is not a line")),
    ),
    *casts(
        "Box",
        (
            '"(0,1),(1,0)"',
            ok(
                "%Postgrex.Box{upper_right: %Postgrex.Point{x: 1.0, y: 1.0}, "
                "bottom_left: %Postgrex.Point{x: 0.0, y: 0.0}}"
            ),
        ),
        ('"(0,1)"', error("is not a box")),
    ),
    *casts(
        "Lseg",
        (
            '"[(0,0),(1,1)]"',
            ok(
                "%Postgrex.LineSegment{point1: %Postgrex.Point{x: 0.0, y: 0.0}, "
                "point2: %Postgrex.Point{x: 1.0, y: 1.0}}"
            ),
        ),
        ('"{(0,0),(1,1)}"', error("is not a line segment")),
    ),
    *casts(
        "Circle",
        ('"<(1,2),3>"', ok(f"%Postgrex.Circle{{center: {POINT}, radius: 3.0}}")),
        ('"<(1,2),-3>"', error("is not a circle")),
    ),
    *casts(
        "Path",
        ('"[(0,0),(1,1)]"', ok(f"%Postgrex.Path{{open: true, points: [{CORNERS}]}}")),
        ('"((0,0),(1,1))"', ok(f"%Postgrex.Path{{open: false, points: [{CORNERS}]}}")),
        ('"[]"', error("is not a path")),
        ('"[(1e999,0)]"', error("is not a path")),
    ),
    *casts(
        "Polygon",
        ('"((0,0),(1,1))"', ok(f"%Postgrex.Polygon{{vertices: [{CORNERS}]}}")),
        ('"[(0,0)]"', error("is not a polygon")),
    ),
    *casts(
        "Inet",
        ('"10.0.0.1"', ok("%Postgrex.INET{address: {10, 0, 0, 1}, netmask: nil}")),
        ('"10.0.0.1/8"', ok("%Postgrex.INET{address: {10, 0, 0, 1}, netmask: 8}")),
        ('"::1/128"', ok("%Postgrex.INET{address: {0, 0, 0, 0, 0, 0, 0, 1}, netmask: nil}")),
        ('"10.0.0.1/33"', error("is not an IP address")),
        ('"10.0.0.1/"', error("is not an IP address")),
        ('"fe80::1%eth0"', error("is not an IP address")),
    ),
    *casts(
        "Cidr",
        ('"10.0.0.0/8"', ok("%Postgrex.INET{address: {10, 0, 0, 0}, netmask: 8}")),
        ('"10.0.0.1"', ok("%Postgrex.INET{address: {10, 0, 0, 1}, netmask: 32}")),
        ('"10.0.0.1/8"', error("has bits set to the right of its mask")),
    ),
    *casts(
        "Macaddr",
        ('"08:00:2b:01:02:ff"', ok("%Postgrex.MACADDR{address: {8, 0, 43, 1, 2, 255}}")),
        ('"0800.2b01.02ff"', ok("%Postgrex.MACADDR{address: {8, 0, 43, 1, 2, 255}}")),
        ('"08:00"', error("is not a MAC address")),
    ),
    *casts(
        "Interval",
        (
            '"P1Y2M3DT4.5S"',
            ok("%Postgrex.Interval{months: 14, days: 3, secs: 4, microsecs: 500_000}"),
        ),
        ("%Duration{week: 1}", ok("%Postgrex.Interval{days: 7}")),
        ('"1 day"', error("is not an ISO 8601 duration")),
        ('"P9999999999Y"', ":error"),
    ),
    *casts(
        "Bit6",
        ('"101010"', ok('"101010"')),
        ("<<5::6>>", ok('"000101"')),
        ('"10"', error("must have 6 digits")),
        ('"abcdef"', error("must be zeros and ones")),
    ),
    ("Bit6.dump_to_native(<<?1, ?0, ?1, ?0, ?1, ?0>>, [])", ok("<<0b101010::6>>")),
    ("Bit6.cast_stored(<<0b101010::6>>, [])", ok('"101010"')),
    ("Varbit.cast_input(String.duplicate(<<?1>>, 100), [])", ok("String.duplicate(<<?1>>, 100)")),
    ("Varbit6.cast_input(<<?1, ?1, ?1, ?1, ?1, ?1, ?1>>, [])", error("must have at most 6 digits")),
    ("Varbit6.dump_to_native(nil, [])", ok("nil")),
    *casts(
        "Hstore",
        ('~S(a=>1, b=>NULL, "c d"=>"q\\"")', ok('%{"a" => "1", "b" => nil, "c d" => ~S(q")}')),
        ('~S(a=>"NULL")', ok('%{"a" => "NULL"}')),
        ('%{a: "1"}', ok('%{"a" => "1"}')),
        ('%{"a" => 1}', error("must have strings as keys and values")),
        ('"a=>"', error("is not a list of pairs such as a=>1")),
        ('"a=>1 b"', error("is not a list of pairs such as a=>1")),
    ),
    *casts(
        "Int4Range",
        ('"[1,5)"', ok(bounds("1", "5"))),
        ('"(,5]"', ok(bounds(":unbound", "5", "(]"))),
        ('"empty"', ok(EMPTY)),
        ('"[5,1]"', ORDER),
        ('"[1,2147483648)"', BOUND),
        ('"[a,b)"', BOUND),
        ('"1,5"', error("is not a range")),
        (bounds("5", "1"), ORDER),
        (bounds('"1"', "5"), ok(bounds("1", "5"))),
        (EMPTY, ok(EMPTY)),
    ),
    *casts(
        "Int4Multirange",
        (
            '"{[1,2), [5,9)}"',
            ok(f"%Postgrex.Multirange{{ranges: [{bounds('1', '2')}, {bounds('5', '9')}]}}"),
        ),
        ('"{}"', ok("%Postgrex.Multirange{ranges: []}")),
        ('["[1,2)"]', ok(f"%Postgrex.Multirange{{ranges: [{bounds('1', '2')}]}}")),
        ("[1]", error("is not a list of ranges")),
        ('"{[2,1)}"', ORDER),
        ('"{[1,2)"', error("is not a multirange")),
        (f"%Postgrex.Multirange{{ranges: [{bounds('2', '1')}]}}", ORDER),
    ),
    (
        'DateMultirange.cast_input("{[2020-01-01,)}", [])',
        ok(f"%Postgrex.Multirange{{ranges: [{bounds('~D[2020-01-01]', ':unbound')}]}}"),
    ),
    ('Floats.cast_input("[1.5,2]", [])', ok(bounds("1.5", "2.0", "[]"))),
    ('Spots.cast_input(~S|["(1,2)",)|, [])', ok(bounds(POINT, ":unbound"))),
    ('Spots.cast_input("[x,)", [])', BOUND),
    *casts(
        "Xid",
        ('"7"', ok("7")),
        ("4_294_967_295", ok("4_294_967_295")),
        ("-1", ":error"),
        ("4_294_967_296", ":error"),
        ('"7x"', error("is not a whole number")),
    ),
    *casts(
        "PgLsn",
        ('"16/b374d848"', ok('"16/B374D848"')),
        ('"16"', error("is not a log sequence number")),
    ),
    ("PgLsn.cast_stored(-1, [])", ok('"FFFFFFFF/FFFFFFFF"')),
    ('PgLsn.dump_to_native("FFFFFFFF/FFFFFFFF", [])', ok("-1")),
    ('Tid.cast_input("(0,1)", [])', ok('"(0,1)"')),
    ("Tid.cast_input({0, 1}, [])", ok('"(0,1)"')),
    ('Tid.cast_input("(0,65536)", [])', error("is not a row's place such as (0,1)")),
    ("Tid.cast_stored({0, 1}, [])", ok('"(0,1)"')),
    ('Tid.dump_to_native("(0,1)", [])', ok("{0, 1}")),
    ('Refcursor.cast_input("x", [])', ok('"x"')),
    ("Json.cast_input([1, nil], [])", ok("[1, nil]")),
    ("JsonItem.dump_to_native(%{}, [])", ok("%{}")),
    ("JsonItem.dump_to_native([1], [])", ok('%Jason.Fragment{text: "[1]"}')),
    ('Float.cast_input("NaN", [])', ok(":NaN")),
    ("Float.cast_stored(:inf, [])", ok(":inf")),
    ("Float.cast_input(1.5, [])", ok("1.5")),
    ("Decimal.cast_input(%Decimal{coef: :NaN}, [])", ok("%Decimal{coef: :NaN}")),
    ("Decimal.equal?(%Decimal{coef: 1}, nil)", "false"),
    ('Char.apply_constraints("xy", [])', error("must be one byte")),
    ('Char.apply_constraints_array(["x", nil], [])', ok('["x", nil]')),
    ('Bpchar.apply_constraints_array(["x", nil], [])', ok('["x", nil]')),
    ("Int4.apply_atomic_constraints(nil, [])", ok("nil")),
    ("UtcDatetime.apply_constraints_array([nil], [])", ok("[nil]")),
    ("UtcDatetime.apply_atomic_constraints_array([nil], [])", ok("[nil]")),
    ("Positive.apply_constraints_array([1, nil], [])", ok("[1, nil]")),
    ("Positive.cast_input(<<?7>>, [])", ok("7")),
    ('Mood.cast_input(~S(so "so"), [])', ok(':"so \\"so\\""')),
    ('Mood.cast_input("gone", [])', ":error"),
    *casts("JobPlan", (":pro", ok(":pro")), ('"pro"', ok(":pro")), ('"P"', ok(":pro"))),
    ('JobPlan.cast_input("X", [])', ":error"),
    ('JobPlan.cast_stored("F", [])', ok(":free")),
    ("JobPlan.dump_to_native(:pro, [])", ok('"P"')),
    ("JobPlan.dump_to_native(nil, [])", ok("nil")),
    ("JobPlan.dump_to_native(:gone, [])", ":error"),
    *casts("JobPriority", ("5", ok(":high")), (":low", ok(":low"))),
    ("JobPriority.cast_stored(1, [])", ok(":low")),
    ("JobPriority.dump_to_native(:high, [])", ok("5")),
    ("JobPriority.storage_type()", ":integer"),
    *casts("JobLevel", ("1", ok(":first")), ("7", ":error")),
    ("JobLevel.cast_stored(1, [])", ok(":first")),
    ("JobLevel.cast_stored(7, [])", ok("7")),
    ("JobLevel.cast_stored(nil, [])", ok("nil")),
    ("JobLevel.dump_to_native(7, [])", ok("7")),
    ("JobLevel.dump_to_native(:gone, [])", ":error"),
    *casts("JobMode", ('"on"', ok(":on")), ('"off"', ":error")),
    ('JobMode.cast_stored("on", [])', ok(":on")),
    ('JobMode.cast_stored("off", [])', ok('"off"')),
    ('JobMode.cast_stored("On", [])', ok('"On"')),
    ("JobMode.cast_stored(nil, [])", ok("nil")),
    ('JobMode.dump_to_native("off", [])', ok('"off"')),
    *casts("NaiveDatetimeUsec"),
    ("NaiveDatetimeUsec.matches_type?(~N[2020-01-01 00:00:00], [])", "true"),
    ("NaiveDatetimeUsec.matches_type?(~U[2020-01-01 00:00:00Z], [])", "false"),
    ("Mood.cast_atomic({:expression, 1}, [])", "{:atomic, {:expression, 1}}"),
    ("Mood.apply_atomic_constraints({:expression, 1}, [])", ok("{:expression, 1}")),
    ('Flag.cast_stored("nil", [])', ok('"nil"')),
    ("Point.cast_atomic({:expression, 1}, [])", "{:atomic, {:expression, 1}}"),
    ('Point.cast_atomic("(1,2)", [])', ok(POINT)),
    *casts(
        "Spot",
        (
            '%{"mood" => "sad", "moods" => ["sad", nil]}',
            ok("%{mood: :sad, a_long_name_of_a_field: nil, moods: [:sad, nil], place: nil}"),
        ),
        ('%{mood: "gone"}', ":error"),
        ('%{place: "(1,2"}', error("is not a point")),
    ),
    (
        'Spot.cast_stored({"sad", nil, [], nil}, [])',
        ok("%{mood: :sad, a_long_name_of_a_field: nil, moods: [], place: nil}"),
    ),
    (
        "Spot.dump_to_native(%{mood: :sad, moods: [:sad, nil]}, [])",
        ok('{"sad", nil, ["sad", nil], nil}'),
    ),
    ("Spot.matches_type?(%{mood: nil}, [])", "false"),
    *casts(
        "Int4Array",
        ('[["1", 2], [nil, 4]]', ok("[[1, 2], [nil, 4]]")),
        ("[]", ok("[]")),
        ("[1, nil]", ok("[1, nil]")),
        ("[[1], [2, 3]]", error("must have lists of one length on each level")),
        ("[1, [2]]", error("must have lists of one length on each level")),
        ("[[]]", error("must have lists of one length on each level")),
        ('[["x"]]', ":error"),
    ),
    ('Varchar2Array.cast_input([["abc"]], [])', error("is too long")),
    ('MoodArray.cast_stored([["sad", nil]], [])', ok("[[:sad, nil]]")),
    ("MoodArray.dump_to_native([[:sad, nil]], [])", ok('[["sad", nil]]')),
]


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Compile every module in one run of Elixir, and ask it all calls."""
    folder = tmp_path_factory.mktemp("types")
    for module, text in TEXTS.items():
        # An embedded resource has no functions of its own, and only Ash can compile it.
        if SUPPORTS[module].template != "embed":
            (folder / f"{module}.ex").write_text(text)
    quoted = (f"{{{json.dumps(call)}, {json.dumps(wanted)}}}" for call, wanted in CASES)
    (folder / "cases.exs").write_text(f"[{', '.join(quoted)}]")
    (folder / "run.exs").write_text(RUN)
    arguments = ["-r", str(STAND_INS), "-pr", f"{folder}/*.ex", f"{folder}/run.exs"]
    done = subprocess.run(
        ["elixir", *arguments, f"{folder}/cases.exs"],
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    lines = done.stdout.splitlines()
    return [line.removeprefix("answer ") for line in lines if line.startswith("answer ")]


@pytest.mark.parametrize("index", range(len(CASES)), ids=[call for call, _ in CASES])
def test_a_call_gives(answers: list[str], index: int) -> None:
    assert (answers[index], CASES[index][1]) == ("ok", CASES[index][1])
