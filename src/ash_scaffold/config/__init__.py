"""The project's configuration, `ash_scaffold.toml`, as frozen structs.

`load_config` reads it, `Resolver` gives what holds for a table, a column or a type,
`require_names` holds its names against a database.
"""

from ash_scaffold.config.database_names import check_names, require_names, schemas_named
from ash_scaffold.config.load import database_url, load_config, parse_config
from ash_scaffold.config.match import NO_COLUMN, NO_TABLE, NamePattern, Resolver, table_pattern
from ash_scaffold.config.options import (
    FILE_NAME,
    Accept,
    Actions,
    ColumnConfig,
    Config,
    DomainConfig,
    RelationshipConfig,
    TableConfig,
    TenancyConfig,
)
from ash_scaffold.config.rules import valid_alias, valid_identifier, valid_type

__all__ = [
    "FILE_NAME",
    "NO_COLUMN",
    "NO_TABLE",
    "Accept",
    "Actions",
    "ColumnConfig",
    "Config",
    "DomainConfig",
    "NamePattern",
    "RelationshipConfig",
    "Resolver",
    "TableConfig",
    "TenancyConfig",
    "check_names",
    "database_url",
    "load_config",
    "parse_config",
    "require_names",
    "schemas_named",
    "table_pattern",
    "valid_alias",
    "valid_identifier",
    "valid_type",
]
