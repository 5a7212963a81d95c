"""A resource is named as the Ecto schema of its table is, the same whatever the order."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import permutations

import pytest
from msgspec import structs
from tests.support import PROJECT, generate

from ash_scaffold.ash.hints import EnumHint, LegacyField, LegacySchema
from ash_scaffold.ash.module_names import plan_modules
from ash_scaffold.ash.project_state import ExistingResource, ProjectState
from ash_scaffold.config import Config, Resolver
from ash_scaffold.config.options import TableConfig
from ash_scaffold.postgres.catalog import Database, Name

CORE = "App.Core"


def schema(module: str, table: str, columns: str = "id", *, first: bool = True) -> LegacySchema:
    return LegacySchema(
        module=module,
        table=Name("public", table),
        context=module.rpartition(".")[0],
        path="lib/app.ex",
        fields=tuple(LegacyField(name=name, column=name) for name in columns.split()),
        first=first,
    )


def project(*schemas: LegacySchema, **more: object) -> ProjectState:
    return structs.replace(PROJECT, legacy=schemas, **more)


def named(
    state: ProjectState, tables: str, *, domain: str = CORE, config: Config | None = None
) -> dict[str, str]:
    """Return the last segments of the resources of a domain by table."""
    names = [Name("public", table) for table in tables.split()]
    found = plan_modules(dict.fromkeys(names, domain), state, Resolver(config or Config()), names)
    return {name.name: module.rpartition(".")[2] for name, module in found.resources.items()}


def reason(state: ProjectState, table: str, config: Config | None = None) -> str:
    name = Name("public", table)
    return plan_modules({name: CORE}, state, Resolver(config or Config())).reasons[name]


@pytest.mark.parametrize(
    ("module", "table", "name"),
    [
        ("App.Partners.Saas", "saas", "Saas"),
        ("App.BigQuery.BigQueryJob", "bigquery_jobs", "BigQueryJob"),
        ("App.Devices.CACertificate", "ca_certificates", "CACertificate"),
        ("App.Galleries.Subscription", "gallery_subscriptions", "Subscription"),
        ("App.Projections.HostReadModel", "hosts", "HostReadModel"),
        ("App.Tokens", "tokens", "Tokens"),
        ("App.OrderSchema", "orders", "OrderSchema"),
        ("App.Accounts.User.Schema", "users", "User"),
        ("App.Accounts.User.Model", "people", "User"),
        ("App.Billing.Invoice.Record", "bills", "Invoice"),
        # A plural before it is a context, which does not say what a row is.
        ("App.Accounts.Entity", "users", "User"),
        ("App.Users.Schema", "users", "User"),
        ("App.Schema", "users", "User"),
        ("Schema", "users", "User"),
        # No module can be named so: the table has to do.
        ("old_user", "users", "User"),
    ],
)
def test_the_last_segment_is_the_name(module: str, table: str, name: str) -> None:
    assert named(project(schema(module, table)), table) == {table: name}


def test_the_segment_before_a_word_that_says_nothing_may_be_a_context() -> None:
    state = project(schema("App.Shop.Schema", "orders"), schema("App.Shop.Item", "items"))
    assert named(state, "orders items") == {"orders": "Order", "items": "Item"}


def test_the_configuration_the_file_and_the_snapshot_come_before_the_schema() -> None:
    orders = Name("public", "orders")
    state = project(schema("App.Sales.Purchase", "orders"))
    assert named(state, "orders") == {"orders": "Purchase"}
    generated = structs.replace(state, generated={orders: "App.Core.Order"})
    assert named(generated, "orders") == {"orders": "Order"}
    there = ExistingResource(
        module="App.Core.Deal", table=orders, domain=CORE, path="lib/app/core/deal.ex"
    )
    existing = structs.replace(generated, resources={orders: there})
    assert named(existing, "orders") == {"orders": "Deal"}
    config = Config(tables={"orders": TableConfig(resource="Contract")})
    assert named(existing, "orders", config=config) == {"orders": "Contract"}
    assert [
        reason(existing, "orders", config),
        reason(existing, "orders"),
        reason(generated, "orders"),
        reason(state, "orders"),
        reason(PROJECT, "orders"),
    ] == [
        "as the configuration says",
        "as the resource that is there, lib/app/core/deal.ex",
        "as at the last run, by its snapshot",
        "as its Ecto schema, App.Sales.Purchase",
        "after its table",
    ]


SUBSCRIPTIONS = (
    schema("App.Galleries.Subscription", "gallery_subscriptions"),
    schema("App.Images.Subscription", "image_subscriptions"),
    schema("App.Forums.Topic.Subscription", "topic_subscriptions"),
)


def test_equal_names_in_a_domain_get_the_segments_before_them() -> None:
    state = project(*SUBSCRIPTIONS[:2])
    tables = "gallery_subscriptions image_subscriptions"
    assert named(state, tables) == {
        "gallery_subscriptions": "GallerySubscription",
        "image_subscriptions": "ImageSubscription",
    }
    # The one of the domain's own context keeps its name.
    assert named(state, tables, domain="App.Images") == {
        "gallery_subscriptions": "GallerySubscription",
        "image_subscriptions": "Subscription",
    }
    name = Name("public", "gallery_subscriptions")
    both = dict.fromkeys((each.table for each in state.legacy), CORE)
    assert plan_modules(both, state, Resolver(Config())).reasons[name] == (
        "as its Ecto schema, App.Galleries.Subscription; Subscription alone would be the name of "
        "another resource, too"
    )


def test_as_many_segments_as_it_takes_and_then_the_table() -> None:
    state = project(
        schema("App.A.Tags.Link", "a_links"),
        schema("App.B.Tags.Link", "b_links"),
        schema("App.A.Lists.Link", "c_links"),
    )
    assert named(state, "a_links b_links c_links") == {
        "a_links": "ATagLink",
        "b_links": "BTagLink",
        "c_links": "ListLink",
    }
    words = project(
        schema("App.Billing.Schemas.Item", "bill_items"), schema("App.Shop.Schemas.Item", "goods")
    )
    assert named(words, "bill_items goods") == {"bill_items": "BillingItem", "goods": "ShopItem"}
    notes = project(
        schema("App.Notes.Note", "notes"), schema("App.CreditNotes.Note", "credit_notes")
    )
    assert named(notes, "notes credit_notes") == {"notes": "Note", "credit_notes": "CreditNote"}
    bans = project(schema("App.Users.User", "users"), schema("App.Bans.User", "user_bans"))
    assert named(bans, "users user_bans") == {"users": "User", "user_bans": "BanUser"}
    same = project(schema("App.Link", "links"), schema("Other.Link", "old_links"))
    assert named(same, "links old_links") == {"links": "Link", "old_links": "OldLink"}


def _in_every_order(items: Iterable[LegacySchema]) -> Iterable[tuple[LegacySchema, ...]]:
    return permutations(items)


def test_the_order_of_schemas_and_tables_does_not_matter() -> None:
    tables = ["gallery_subscriptions", "image_subscriptions", "topic_subscriptions"]
    found = [
        named(project(*schemas), " ".join(order))
        for schemas in _in_every_order(SUBSCRIPTIONS)
        for order in permutations(tables)
    ]
    assert all(each == found[0] for each in found)
    assert len(set(found[0].values())) == len(tables)


def test_a_schema_s_name_comes_before_that_of_a_table_without_one() -> None:
    state = project(schema("App.Sales.Order", "sales_orders"))
    assert named(state, "orders sales_orders") == {"orders": "Orders", "sales_orders": "Order"}


def test_a_name_that_is_there_stays_where_a_new_table_wants_it() -> None:
    there = ExistingResource(
        module="App.Core.Subscription",
        table=Name("public", "gallery_subscriptions"),
        domain=CORE,
        path="lib/app/core/subscription.ex",
    )
    state = project(*SUBSCRIPTIONS[:2], resources={there.table: there})
    assert named(state, "gallery_subscriptions image_subscriptions") == {
        "gallery_subscriptions": "Subscription",
        "image_subscriptions": "ImageSubscription",
    }


def test_a_legacy_module_of_the_name_moves_the_domain_aside() -> None:
    state = project(
        schema("App.Accounts.User", "users"),
        modules={"App.Accounts.User": "lib/app/accounts/user.ex"},
    )
    users = Name("public", "users")
    modules = plan_modules({users: "App.Accounts"}, state, Resolver(Config()))
    assert modules.resources == {users: "App.Accounts.Resources.User"}
    assert modules.moved == {"App.Accounts": "App.Accounts.User is a module of the legacy code"}


def test_a_domain_whose_resources_are_there_stays_where_it_is() -> None:
    """Their names were of the tables; the schemas' names would be in the way of the old code."""
    table = Name("public", "gallery_subscriptions")
    there = ExistingResource(
        module="App.Galleries.GallerySubscription",
        table=table,
        domain="App.Galleries",
        path="lib/app/galleries/gallery_subscription.ex",
    )
    state = project(
        SUBSCRIPTIONS[0],
        modules={"App.Galleries.Subscription": "lib/app/galleries/subscription.ex"},
        resources={table: there},
    )
    modules = plan_modules({table: "App.Galleries"}, state, Resolver(Config()))
    assert (modules.resources, modules.moved) == ({table: there.module}, {})


def test_of_several_schemas_the_one_that_is_named_as_the_table_leads() -> None:
    state = project(
        schema("App.Partner.PartnerToken", "tokens", "id a b"),
        schema("App.Tokens.Token", "tokens", "id a", first=False),
    )
    assert named(state, "tokens") == {"tokens": "Token"}


def test_of_several_schemas_the_one_with_all_columns_leads() -> None:
    state = project(
        schema("App.Devices.Report", "device_data", "id a b"),
        schema("App.Devices.Summary", "device_data", "id a", first=False),
    )
    assert named(state, "device_data") == {"device_data": "Report"}


def test_of_several_schemas_the_one_with_most_columns_leads() -> None:
    state = project(
        schema("App.Clients.Customer", "parties", "id a b c d"),
        schema("App.Exports.Row", "parties", "id a e", first=False),
    )
    assert named(state, "parties") == {"parties": "Customer"}


def test_a_schema_of_the_web_code_does_not_lead() -> None:
    state = project(
        schema("App.Settings.GlobalSettings", "settings", "id a b"),
        schema("AppWeb.ImportLive.Settings", "settings", "id a", first=False),
    )
    assert named(state, "settings") == {"settings": "GlobalSettings"}


def test_where_no_schema_leads_the_table_names_the_resource() -> None:
    state = project(
        schema("App.Settings.AlertSettings", "settings", "id type a"),
        schema("App.Settings.LogSettings", "settings", "id type b", first=False),
    )
    assert named(state, "settings") == {"settings": "Settings"}
    assert reason(state, "settings") == (
        "after its table, since none of its Ecto schemas leads: App.Settings.AlertSettings, "
        "App.Settings.LogSettings"
    )


def test_the_enum_of_a_column_is_spelled_as_its_schema(
    reflect_ddl: Callable[..., Database],
) -> None:
    state = EnumHint(values=(("open", "open"), ("done", "done")))
    jobs = structs.replace(
        schema("App.BigQuery.BigQueryJob", "bigquery_jobs"),
        fields=(LegacyField(name="state", column="state", type=state),),
    )
    # Its last segment alone would be the name of many a type.
    items = structs.replace(
        schema("App.Orders.Item", "order_items"),
        fields=(LegacyField(name="state", column="state", type=state),),
    )
    output = generate(
        reflect_ddl(
            "CREATE TABLE bigquery_jobs (id bigint PRIMARY KEY, state text);"
            "CREATE TABLE order_items (id bigint PRIMARY KEY, state text)"
        ),
        '[domains."App.Core"]\ntables = ["*"]\n',
        state=project(jobs, items),
    )
    assert sorted(output.modules) == [
        "App.Core",
        "App.Core.BigQueryJob",
        "App.Core.Item",
        "App.Types.BigQueryJobState",
        "App.Types.OrderItemState",
    ]
