"""What kind of module uses a table: by what it uses, else by where it stands."""

from __future__ import annotations

import re
from collections.abc import Collection
from enum import StrEnum

from ash_scaffold.legacy.code import ModuleFacts


class UserKind(StrEnum):
    """The kinds of modules in a Phoenix application."""

    SCHEMA = "schema"
    CONTEXT = "context"
    CONTROLLER = "controller"
    LIVE_VIEW = "live view"
    LIVE_COMPONENT = "live component"
    COMPONENT = "component"
    VIEW = "view"
    CHANNEL = "channel"
    PLUG = "plug"
    WORKER = "worker"
    MAILER = "mailer"
    GRAPHQL = "graphql"
    TASK = "mix task"
    PROCESS = "process"
    MODULE = "module"


# By what a module uses; of several the first in this order, which goes from special to general.
_USES: tuple[tuple[UserKind, str], ...] = (
    (UserKind.LIVE_COMPONENT, r"Phoenix\.LiveComponent"),
    (UserKind.LIVE_VIEW, r"Phoenix\.LiveView"),
    (UserKind.CONTROLLER, r"Phoenix\.Controller"),
    (UserKind.CHANNEL, r"Phoenix\.Channel|Phoenix\.Socket"),
    (UserKind.VIEW, r"Phoenix\.View"),
    (UserKind.MAILER, r"Swoosh\.Mailer|Bamboo\.Mailer|Phoenix\.Swoosh|Bamboo\.Phoenix"),
    (UserKind.WORKER, r"Oban(\.Pro)?\.(Workers?(\..*)?)|Broadway|Exq.*|Que\.Worker|Quantum"),
    (UserKind.GRAPHQL, r"Absinthe\..*"),
    (UserKind.TASK, r"Mix\.Task"),
    (UserKind.PLUG, r"Plug\.(Builder|Router|ErrorHandler)|Phoenix\.(Router|Endpoint)"),
    (UserKind.COMPONENT, r"Phoenix\.Component"),
    (UserKind.CONTEXT, r"(.*\.)?Context"),
    (UserKind.PROCESS, r"GenServer|GenStage|Agent|Supervisor|DynamicSupervisor|Task|Application"),
)
# The atoms that Phoenix's generators and people give to `use AppWeb, …`.
_ROLES = {
    "controller": UserKind.CONTROLLER,
    "live_view": UserKind.LIVE_VIEW,
    "surface_live_view": UserKind.LIVE_VIEW,
    "live_component": UserKind.LIVE_COMPONENT,
    "component": UserKind.COMPONENT,
    "html": UserKind.COMPONENT,
    "view": UserKind.VIEW,
    "channel": UserKind.CHANNEL,
    "plug": UserKind.PLUG,
    "router": UserKind.PLUG,
    "worker": UserKind.WORKER,
    "mailer": UserKind.MAILER,
}
_IMPORTS: tuple[tuple[UserKind, str], ...] = (
    (UserKind.MAILER, r"Swoosh\.Email|Bamboo\.Email"),
    (UserKind.PLUG, r"Plug\.Conn"),
)
_BEHAVIOURS = {"Plug": UserKind.PLUG, "Oban.Worker": UserKind.WORKER, "Mix.Task": UserKind.TASK}
_PATHS: tuple[tuple[UserKind, str], ...] = (
    (UserKind.CONTROLLER, r"_controller\.ex$|/controllers/[^/]*_controller"),
    (UserKind.LIVE_COMPONENT, r"(^|/)live/.*_component\.ex$"),
    (UserKind.LIVE_VIEW, r"_live\.ex$"),
    (UserKind.CHANNEL, r"_(channel|socket)\.ex$"),
    (UserKind.COMPONENT, r"_components?\.ex$|/components/|_html\.ex$"),
    (UserKind.VIEW, r"_(view|json|xml)\.ex$"),
    (UserKind.PLUG, r"_plug\.ex$|/plugs/"),
    (UserKind.WORKER, r"_(worker|job)\.ex$|/(workers?|jobs?)/"),
    (UserKind.MAILER, r"_(mailer|email|notifier)\.ex$|/(mailers?|emails?)/"),
    (UserKind.GRAPHQL, r"/(graphql|resolvers)/|_resolver\.ex$"),
    (UserKind.TASK, r"/mix/tasks/"),
)


def user_kind(
    module: str,
    path: str,
    facts: ModuleFacts,
    *,
    schemas: Collection[str],
    contexts: Collection[str],
) -> UserKind:
    """Return the kind of a module.

    `schemas` are the legacy schemas and `contexts` the modules above them; both are such whatever
    they use. Then what the module uses, macros looked through, counts before its path.
    """
    if module in schemas:
        return UserKind.SCHEMA
    if module in contexts:
        return UserKind.CONTEXT
    for kind, pattern in _USES:
        if any(re.fullmatch(pattern, used) for used in facts.uses):
            return kind
    for role in facts.roles:
        if role in _ROLES:
            return _ROLES[role]
    for behaviour in facts.behaviours:
        if behaviour in _BEHAVIOURS:
            return _BEHAVIOURS[behaviour]
    for kind, pattern in _PATHS:
        if re.search(pattern, path):
            return kind
    for kind, pattern in _IMPORTS:
        if any(re.fullmatch(pattern, imported) for imported in facts.imports):
            return kind
    return UserKind.MODULE
