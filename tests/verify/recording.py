"""Answers of the script on real Ash, as they were recorded, and the database they are about."""

from __future__ import annotations

from pathlib import Path

from ash_scaffold.ash.plan import Plan, plan
from ash_scaffold.ash.project_state import ProjectState
from ash_scaffold.ash.scope import Options
from ash_scaffold.config import Config, Resolver
from ash_scaffold.postgres.catalog import Database
from ash_scaffold.report.finding import Finding
from ash_scaffold.verify.answers import Answer, Answers, collect, decode
from ash_scaffold.verify.project import check_project
from ash_scaffold.verify.resources import Expected, check_resources, expect
from ash_scaffold.verify.rows import check_rows

RECORDED = Path(__file__).parent / "recorded"
_SHOP = ProjectState(app="Shop", repo="Shop.Repo")
SCHEMA = (RECORDED / "schema.sql").read_text()


def events(name: str) -> list[Answer]:
    """The answers of one recorded run, in order."""
    return [decode(line) for line in (RECORDED / f"{name}.jsonl").read_bytes().splitlines()]


def answers(name: str) -> Answers:
    return collect(events(name))


def planned(database: Database) -> Plan:
    return plan(database, _SHOP, Resolver(Config()), Options(domain="Shop.Sales"))


def expected(database: Database) -> Expected:
    """What the resources of the recorded project are held against."""
    return expect(planned(database), database)


def told(findings: list[Finding]) -> list[tuple[str, str, str, str]]:
    """Severity, kind, place and text of each finding."""
    ordered = sorted(findings, key=Finding.by_severity)
    return [(f.severity.value, f.kind, f.subject, f.what) for f in ordered]


def found(name: str, database: Database) -> list[tuple[str, str, str, str]]:
    """What a recorded run gives, held against the database."""
    run = answers(name)
    return told(
        [
            *check_resources(run, expected(database)),
            *check_project(run, database),
            *check_rows(run, database),
        ]
    )
