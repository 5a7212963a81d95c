"""Packages that Ecto schemas use, and their meaning for the columns: one row a package.

A type that no row names is handed over to as it is (`EctoTypeHint`), a library's like one of the
project. The sources are the packages' own documentation and code.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from enum import StrEnum

import msgspec


class Meaning(StrEnum):
    """The meaning of a type of a package.

    `COLUMN`: it holds the struct that Postgrex reads, as the column's own Ash type does. `UUID`:
    it is `Ecto.UUID` by another name. `JSON`: its structs are code, and only what is stored can be
    taken over. `TYPE`: it is handed over to.
    """

    COLUMN = "column"
    UUID = "uuid"
    JSON = "json"
    TYPE = "type"


class Package(msgspec.Struct, frozen=True, kw_only=True):
    """A package.

    `types` are its type modules. `version` is the version of the UUIDs that its types make, 0 for
    the one that their option `version` gives (4 without). `bases` are modules which a type module
    of the project uses; the values of such a type are `encrypted` unless `hashes` has the last
    part of the base. `inner` is the type module that a module with such a base has inside.
    `per_field` means that its parameterized types depend on the schema and the field, `plain` that
    its types take no options.
    `macros` are calls in the body of a schema, each with the text that it stands for. `<name>`
    in it is an option of the `use` of a base, `<name|default>` one that may be missing. The first
    macro brings the text of each of the `extensions` that such a `use` lists, too.
    """

    name: str
    types: Mapping[str, Meaning] = {}
    version: int = 4
    bases: tuple[str, ...] = ()
    encrypted: bool = False
    hashes: frozenset[str] = frozenset()
    inner: str = ""
    per_field: bool = False
    plain: bool = False
    macros: Mapping[str, str] = {}
    extensions: Mapping[str, str] = {}


_TOKEN = (
    "field :token, :string\nfield :expires_in, :integer\nfield :revoked_at, :utc_datetime\n"
    "field :scopes, :string\n"
)

PACKAGES = (
    Package(name="uuidv7", types={"UUIDv7": Meaning.UUID, "UUIDv7.Type": Meaning.UUID}, version=7),
    Package(name="uuid_v7", types={"Ecto.UUIDv7": Meaning.UUID}, version=7),
    Package(name="uniq", types={"Uniq.UUID": Meaning.UUID}, version=0, per_field=True),
    Package(
        name="ecto_network",
        types={
            "EctoNetwork.INET": Meaning.COLUMN,
            "EctoNetwork.CIDR": Meaning.COLUMN,
            "EctoNetwork.MACADDR": Meaning.COLUMN,
        },
    ),
    Package(
        name="pgvector",
        types={
            "Pgvector.Ecto.Vector": Meaning.COLUMN,
            "Pgvector.Ecto.HalfVector": Meaning.COLUMN,
            "Pgvector.Ecto.SparseVector": Meaning.COLUMN,
            "Pgvector.Ecto.Bit": Meaning.COLUMN,
        },
    ),
    Package(
        name="geo_postgis",
        types={
            "Geo.PostGIS.Geometry": Meaning.COLUMN,
            "Geo.Geometry": Meaning.COLUMN,
            "Geo.Point": Meaning.COLUMN,
        },
    ),
    Package(name="ecto_ulid", types={"Ecto.ULID": Meaning.TYPE}, plain=True),
    Package(name="ecto_shortuuid", types={"Ecto.ShortUUID": Meaning.TYPE}, plain=True),
    Package(name="ecto_interval", types={"EctoInterval": Meaning.TYPE}, plain=True),
    Package(
        name="ex_audit",
        types={f"ExAudit.Type.{each}": Meaning.TYPE for each in ("Patch", "Schema", "Action")},
        plain=True,
    ),
    Package(
        name="timex",
        types={
            f"Timex.Ecto.{each}": Meaning.TYPE
            for each in "Date DateTime DateTimeWithTimezone Time TimestampWithTimezone".split()
        },
        plain=True,
    ),
    Package(name="typeid_elixir", types={"TypeID": Meaning.TYPE}, per_field=True),
    Package(name="polymorphic_embed", types={"PolymorphicEmbed": Meaning.JSON}),
    Package(
        name="cloak_ecto",
        types={"Cloak.Ecto.SHA256": Meaning.TYPE},
        plain=True,
        # Before version 1.0 the types were in cloak itself.
        bases=(
            *("Cloak.Ecto", "Cloak.Fields", "Cloak.EncryptedBinaryField"),
            *("Cloak.EncryptedMapField", "Cloak.EncryptedIntegerField"),
            *("Cloak.EncryptedFloatField", "Cloak.EncryptedDateField"),
        ),
        encrypted=True,
        hashes=frozenset({"HMAC", "SHA256", "PBKDF2"}),
    ),
    Package(name="waffle_ecto", bases=("Waffle.Ecto.Definition",), inner="Type"),
    Package(name="arc_ecto", bases=("Arc.Ecto.Definition",), inner="Type"),
    Package(name="trans", macros={"translations": "field :translations, :map"}),
    Package(
        name="pow",
        bases=("Pow.Ecto.Schema", "Pow.Extension.Ecto.Schema"),
        macros={
            "pow_user_fields": "field <user_id_field|:email>, :string\n"
            "field :password_hash, :string"
        },
        extensions={
            "PowEmailConfirmation": "field :email_confirmation_token, :string\n"
            "field :email_confirmed_at, :utc_datetime\n"
            "field :unconfirmed_email, :string",
            "PowInvitation": "field :invitation_token, :string\n"
            "field :invitation_accepted_at, :utc_datetime\n"
            "belongs_to :invited_by, __MODULE__\n"
            "has_many :invited_users, __MODULE__, foreign_key: :invited_by_id",
        },
    ),
    Package(
        name="pow_assent",
        bases=("PowAssent.Ecto.UserIdentities.Schema",),
        macros={
            "pow_assent_user_identity_fields": "belongs_to :user, <user>\n"
            "field :provider, :string\n"
            "field :uid, :string"
        },
    ),
    Package(
        name="ex_oauth2_provider",
        macros={
            "access_grant_fields": _TOKEN + "field :redirect_uri, :string",
            "access_token_fields": _TOKEN + "field :refresh_token, :string\n"
            "field :previous_refresh_token, :string",
            "application_fields": "field :name, :string\nfield :uid, :string\n"
            "field :secret, :string\nfield :redirect_uri, :string\nfield :scopes, :string",
        },
    ),
)
_BY_TYPE = {module: package for package in PACKAGES for module in package.types}
_BY_MACRO = {call: package for package in PACKAGES for call in package.macros}
_OPTION = re.compile(r"<(\w+)(?:\|([^>]*))?>")


def package_of(module: str) -> Package | None:
    """Return the package that a type module is of, None for no known one."""
    return _BY_TYPE.get(module)


def base_package(used: str) -> Package | None:
    """Return the package of a module that a type module uses."""
    for package in PACKAGES:
        if any(used == base or used.startswith(f"{base}.") for base in package.bases):
            return package
    return None


def is_encrypting(used: str) -> bool:
    """Whether a type that uses the module stores the same value otherwise with each write."""
    package = base_package(used)
    last = used.rpartition(".")[2]
    return package is not None and package.encrypted and last not in package.hashes


def macro_text(call: str, options: Mapping[str, str], extensions: Collection[str]) -> str | None:
    """Return the text that a call in the body of a schema stands for, None for no known call.

    `options` are those of the `use` of the package's bases, as text; `extensions` the modules that
    it lists. A line whose option is missing is left out.
    """
    package = _BY_MACRO.get(call)
    if package is None:
        return None
    lines = package.macros[call].splitlines()
    for module, text in package.extensions.items():
        lines += text.splitlines() if module in extensions else []
    found = []
    for line in lines:
        names = {match[1] for match in _OPTION.finditer(line) if match[2] is None}
        if names <= options.keys():
            found.append(_OPTION.sub(lambda match: options.get(match[1], match[2]), line))
    return "\n".join(found)
