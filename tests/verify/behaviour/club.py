"""A project with changeset functions, the actions made of them, and faults planted in those.

`python -m tests.verify.behaviour.club FOLDER` writes its sources into a mix project that has the
support modules of the bridge (`App.Changes`, `App.Validations`, from `ash-scaffold actions`). Once
it is compiled, the same with the URL of a database that has schema.sql asks real Ash about all of
them, 200 inputs each, and records the answers.
"""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec

from ash_scaffold.postgres.catalog import Name
from ash_scaffold.postgres.url import parse_url
from ash_scaffold.project.mix import Mix
from ash_scaffold.project.repo_options import ecto_url
from ash_scaffold.verify.answers import BehaviourAnswer
from ash_scaffold.verify.behaviour import where_of
from ash_scaffold.verify.script import (
    Argument,
    Asked,
    BehaviourQuestion,
    Question,
    ask,
    question_text,
)

HERE = Path(__file__).parent

REGISTRATION = """\
create :registration do
  accept [:email, :name]
  argument :password, :string, sensitive?: true, constraints: [trim?: false, allow_empty?: true]
  argument :password_confirmation, :term, sensitive?: true
  argument :terms, :term
  argument :opts, :term, public?: false, default: []
  skip_unknown_inputs :*
  allow_nil_input [:email]
  change {App.Changes.Cast, fields: [:email, :name, :password]}
  change {App.Changes.Step, update_change: [:email, &String.downcase/1]}
  validate {App.Validations.Ecto, validate_required: [[:email, :password]]}
  validate {App.Validations.Ecto, validate_format: [:email, ~r/^[^\\s]+@[^\\s]+$/, \
[message: "must have the @ sign and no spaces"]]}
  validate {App.Validations.Ecto, validate_length: [:email, [max: 60]]}
  validate {App.Validations.Ecto, validate_length: [:name, [min: 2, max: 20]]}
  validate {App.Validations.Ecto, validate_length: [:password, \
[min: 8, max: 30, message: "has to have %{count} characters"]]}
  validate {App.Validations.Ecto, validate_confirmation: [:password, [message: "does not match"]]}
  validate {App.Validations.Ecto, validate_acceptance: [:terms]}
  change {App.Changes.Step, fun: &Legacy.Member.maybe_hash/2, arguments: [arg(:opts)]}
  change {App.Changes.Step, put_change: [:role, "guest"]}
end
"""
PROFILE = """\
update :profile do
  require_atomic? false
  accept [:name, :age, :role]
  skip_unknown_inputs :*
  allow_nil_input [:role]
  change App.Changes.Cast
  validate {App.Validations.Ecto, validate_required: [[:name], [message: "has to be there"]]}
  validate {App.Validations.Ecto, validate_length: [:name, [min: 2, max: 20]]}
  validate {App.Validations.Ecto, validate_exclusion: [:name, ["root", "admin"]]}
  validate {App.Validations.Ecto, validate_number: \
[:age, [greater_than_or_equal_to: 18, less_than: 150]]}
  validate {App.Validations.Ecto, validate_inclusion: \
[:role, ["member", "editor"], [message: "is no role"]]}
  change {App.Changes.Step, fun: &Legacy.Member.editors_are_of_age/1}
  change {App.Changes.Step, fun: &Legacy.Member.welcome/1}
end
"""
ARTICLE = """\
create :create do
  accept [:title, :slug, :price, :tags, :member_id]
  argument :remarks, :term
  skip_unknown_inputs :*
  error_handler {App.Changes.Errors, :reword, \
[[articles_member_id_fkey: [field: :member_id, message: "is no member"]]]}
  change App.Changes.Cast
  change {App.Changes.Step, fun: &Legacy.Article.put_slug/1}
  validate {App.Validations.Ecto, validate_required: [[:title, :member_id]]}
  validate {App.Validations.Ecto, validate_length: [:title, [max: 40]]}
  validate {App.Validations.Ecto, validate_format: [:slug, ~r/\\A[a-z0-9-]+\\z/]}
  validate {App.Validations.Ecto, validate_number: \
[:price, [greater_than: 0, less_than_or_equal_to: 500]]}
  validate {App.Validations.Ecto, validate_length: [:tags, [max: 3]]}
  validate {App.Validations.Ecto, validate_subset: [:tags, ["elixir", "ash", "sql"]]}
  change {App.Changes.Nested, cast_assoc: \
[:remarks, [create: :remark, update: :rewrite, on_replace: :delete]]}
end
"""
STATE = """\
update :state do
  require_atomic? false
  accept [:state]
  skip_unknown_inputs :*
  allow_nil_input [:state]
  change App.Changes.Cast
  validate {App.Validations.Ecto, validate_required: [[:state]]}
  validate {App.Validations.Ecto, validate_inclusion: [:state, ["draft", "public", "hidden"]]}
  validate {App.Validations.Ecto, validate_change: [:state, &Legacy.Article.not_back/2]}
  change {App.Changes.Step, fun: &Legacy.Article.needs_price/1}
  change {App.Changes.Step, optimistic_lock: [:lock_version]}
end
"""
REMARK = """\
{head}
  accept [:body, :position]
  skip_unknown_inputs :*
  allow_nil_input [:body, :position]
  change App.Changes.Cast
  validate {{App.Validations.Ecto, validate_required: [[:body]]}}
  validate {{App.Validations.Ecto, validate_length: [:body, [max: 30]]}}
  validate {{App.Validations.Ecto, validate_number: [:position, [greater_than_or_equal_to: 0]]}}
end
"""

MEMBER, ARTICLES = "Member", "Article"
# Action → resource, function, parameters after the attributes.
ACTIONS = {
    REGISTRATION: (MEMBER, "registration_changeset"),
    PROFILE: (MEMBER, "profile_changeset"),
    ARTICLE: (ARTICLES, "changeset"),
    STATE: (ARTICLES, "state_changeset"),
}
# What is replaced in which action; each is planted alone.
MUTANTS: tuple[tuple[str, str, str], ...] = (
    (REGISTRATION, "must have the @ sign and no spaces", "must have the @ sign"),
    (REGISTRATION, "[max: 60]", "[max: 61]"),
    (REGISTRATION, "[max: 60]", "[max: 59]"),
    (REGISTRATION, "[max: 60]", "[max: 60, count: :bytes]"),
    (REGISTRATION, "min: 2, max: 20", "min: 3, max: 20"),
    (REGISTRATION, "min: 2, max: 20", "max: 20"),
    (REGISTRATION, "min: 2, max: 20", "min: 2, max: 20, count: :codepoints"),
    (REGISTRATION, "min: 8, max: 30, message", "min: 8, max: 31, message"),
    (REGISTRATION, "has to have %{count} characters", "has to have 8 characters"),
    (REGISTRATION, "[[:email, :password]]", "[[:email]]"),
    (REGISTRATION, "[[:email, :password]]", "[[:email, :password, :name]]"),
    (REGISTRATION, '[message: "does not match"]', ""),
    (REGISTRATION, "  validate {App.Validations.Ecto, validate_acceptance: [:terms]}\n", ""),
    (
        REGISTRATION,
        "  change {App.Changes.Step, update_change: [:email, &String.downcase/1]}\n",
        "",
    ),
    (REGISTRATION, "String.downcase", "String.upcase"),
    (REGISTRATION, "fields: [:email, :name, :password]", "fields: [:email, :password]"),
    (REGISTRATION, '"guest"', '"member"'),
    (REGISTRATION, '  change {App.Changes.Step, put_change: [:role, "guest"]}\n', ""),
    (REGISTRATION, "  skip_unknown_inputs :*\n", ""),
    (REGISTRATION, "default: []", "default: [hash_password: false]"),
    (REGISTRATION, "~r/^[^\\s]+@[^\\s]+$/", "~r/@/"),
    (PROFILE, "has to be there", "has to be here"),
    (PROFILE, '["root", "admin"]', '["root"]'),
    (PROFILE, "greater_than_or_equal_to: 18", "greater_than: 18"),
    (PROFILE, "less_than: 150", "less_than_or_equal_to: 150"),
    (PROFILE, "less_than: 150", "less_than: 149"),
    (PROFILE, '["member", "editor"]', '["member", "editor", "guest"]'),
    (PROFILE, '["member", "editor"]', '["editor"]'),
    (PROFILE, "accept [:name, :age, :role]", "accept [:name, :role]"),
    (PROFILE, "accept [:name, :age, :role]", "accept [:name, :age, :role, :email]"),
    (PROFILE, "  change {App.Changes.Step, fun: &Legacy.Member.welcome/1}\n", ""),
    (
        PROFILE,
        "  change {App.Changes.Step, fun: &Legacy.Member.welcome/1}\n",
        "  change {App.Changes.Step, fun: &Legacy.Member.welcome/1}, "
        'where: [attribute_equals(:role, "editor")]\n',
    ),
    (PROFILE, "  change {App.Changes.Step, fun: &Legacy.Member.editors_are_of_age/1}\n", ""),
    (ARTICLE, "greater_than: 0,", "greater_than_or_equal_to: 0,"),
    (ARTICLE, "less_than_or_equal_to: 500", "less_than: 500"),
    (ARTICLE, "validate_length: [:tags, [max: 3]]", "validate_length: [:tags, [max: 2]]"),
    (ARTICLE, '["elixir", "ash", "sql"]', '["elixir", "ash"]'),
    (ARTICLE, "is no member", "does not exist"),
    (ARTICLE, "\\A[a-z0-9-]+\\z", "^[a-z0-9-]+$"),
    (ARTICLE, "  change {App.Changes.Step, fun: &Legacy.Article.put_slug/1}\n", ""),
    (
        ARTICLE,
        "  change {App.Changes.Step, fun: &Legacy.Article.put_slug/1}\n"
        "  validate {App.Validations.Ecto, validate_required: [[:title, :member_id]]}\n"
        "  validate {App.Validations.Ecto, validate_length: [:title, [max: 40]]}\n"
        "  validate {App.Validations.Ecto, validate_format: [:slug, ~r/\\A[a-z0-9-]+\\z/]}\n",
        "  validate {App.Validations.Ecto, validate_required: [[:title, :member_id]]}\n"
        "  validate {App.Validations.Ecto, validate_length: [:title, [max: 40]]}\n"
        "  validate {App.Validations.Ecto, validate_format: [:slug, ~r/\\A[a-z0-9-]+\\z/]}\n"
        "  change {App.Changes.Step, fun: &Legacy.Article.put_slug/1}\n",
    ),
    (ARTICLE, "create: :remark,", "create: :any_remark,"),
    (STATE, "  change {App.Changes.Step, optimistic_lock: [:lock_version]}\n", ""),
    (STATE, '["draft", "public", "hidden"]', '["draft", "public"]'),
    (STATE, "  change {App.Changes.Step, fun: &Legacy.Article.needs_price/1}\n", ""),
    (
        STATE,
        "  validate {App.Validations.Ecto, validate_change: "
        "[:state, &Legacy.Article.not_back/2]}\n",
        "",
    ),
)

MEMBERS = """\
defmodule App.Club.Member do
  use Ash.Resource,
    domain: App.Club,
    data_layer: AshPostgres.DataLayer,
    fragments: [App.Club.Member.Actions]

  postgres do
    table "members"
    repo App.Repo
    migrate? false
    identity_index_names email: "members_email_index"
  end

  actions do
    defaults [:read]
  end

  attributes do
    integer_primary_key :id
    attribute :email, :string, public?: true, allow_nil?: false, constraints: [trim?: false, \
allow_empty?: true]
    attribute :name, :string, public?: true, constraints: [trim?: false, allow_empty?: true]
    attribute :role, :string, public?: true, allow_nil?: false, default: "member", \
constraints: [trim?: false, allow_empty?: true]
    attribute :age, :integer, public?: true
    attribute :hashed_password, :string, sensitive?: true, \
constraints: [trim?: false, allow_empty?: true]
    attribute :welcomed_at, :naive_datetime, public?: true
    create_timestamp :inserted_at, type: :naive_datetime
    update_timestamp :updated_at, type: :naive_datetime
  end

  identities do
    identity :email, [:email], message: "has already been taken"
  end
end
"""
ARTICLE_RESOURCE = """\
defmodule App.Club.Article do
  use Ash.Resource,
    domain: App.Club,
    data_layer: AshPostgres.DataLayer,
    fragments: [App.Club.Article.Actions]

  postgres do
    table "articles"
    repo App.Repo
    migrate? false
  end

  actions do
    defaults [:read]
  end

  attributes do
    integer_primary_key :id
    attribute :title, :string, public?: true, constraints: [trim?: false, allow_empty?: true]
    attribute :slug, :string, public?: true, constraints: [trim?: false, allow_empty?: true]
    attribute :price, :decimal, public?: true
    attribute :tags, {:array, :string}, public?: true, \
constraints: [items: [trim?: false, allow_empty?: true]]
    attribute :state, :string, public?: true, allow_nil?: false, default: "draft", \
constraints: [trim?: false, allow_empty?: true]
    attribute :lock_version, :integer, public?: true, allow_nil?: false, default: 1
    attribute :member_id, :integer, public?: true
    create_timestamp :inserted_at, type: :naive_datetime
    update_timestamp :updated_at, type: :naive_datetime
  end

  relationships do
    belongs_to :member, App.Club.Member, define_attribute?: false, public?: true
    has_many :remarks, App.Club.Remark, public?: true
  end
end

defmodule App.Club.Remark do
  use Ash.Resource, domain: App.Club, data_layer: AshPostgres.DataLayer

  postgres do
    table "remarks"
    repo App.Repo
    migrate? false
  end

  actions do
    defaults [:read, :destroy]

    create :any_remark do
      accept [:body, :position, :article_id]
      skip_unknown_inputs :*
      allow_nil_input [:body, :position, :article_id]
      change {App.Changes.Cast, fields: [:body, :position]}
    end

REMARKS
  end

  attributes do
    integer_primary_key :id
    attribute :body, :string, public?: true, allow_nil?: false, constraints: [trim?: false, \
allow_empty?: true]
    attribute :position, :integer, public?: true, allow_nil?: false, default: 0
    attribute :article_id, :integer, public?: true, allow_nil?: false
  end

  relationships do
    belongs_to :article, App.Club.Article, define_attribute?: false, public?: true
  end
end

defmodule App.Club do
  use Ash.Domain

  resources do
    resource App.Club.Member
    resource App.Club.Article
    resource App.Club.Remark
  end
end
"""
REPO = """\
defmodule App.Repo do
  use AshPostgres.Repo, otp_app: :app, warn_on_missing_ash_functions?: false

  def installed_extensions, do: []
  def migrate_extensions?, do: false
  def min_pg_version, do: %Version{major: 13, minor: 0, patch: 0}
end
"""


def name_of(text: str) -> str:
    return text.split(":", 1)[1].split()[0]


def mutated(number: int) -> str:
    """The action with that fault, under a name of its own."""
    text, old, new = MUTANTS[number]
    assert old in text, (number, old)
    name = name_of(text)
    return text.replace(old, new, 1).replace(f":{name} do", f":{name}_{number} do", 1)


def actions_of(resource: str) -> list[str]:
    faultless = [text for text, (of, _) in ACTIONS.items() if of == resource]
    faulty = [mutated(n) for n, (text, _, _) in enumerate(MUTANTS) if ACTIONS[text][0] == resource]
    return faultless + faulty


def fragment(resource: str) -> str:
    actions = "\n".join(actions_of(resource))
    body = "".join(f"    {line}\n" if line else "\n" for line in actions.splitlines())
    return (
        f"defmodule App.Club.{resource}.Actions do\n  use Spark.Dsl.Fragment, of: Ash.Resource\n\n"
        f"  actions do\n{body}  end\nend\n"
    )


def sources() -> dict[str, str]:
    """The files of the project, by path."""
    remarks = "\n".join(
        REMARK.format(head=head)
        for head in ("create :remark do", "update :rewrite do\n  require_atomic? false")
    )
    indented = "\n".join(f"    {line}" if line else "" for line in remarks.splitlines())
    return {
        "lib/legacy.ex": (HERE / "legacy.ex").read_text(),
        "lib/app/repo.ex": REPO,
        "lib/app/club/member.ex": MEMBERS,
        "lib/app/club/article.ex": ARTICLE_RESOURCE.replace("REMARKS", indented),
        "lib/app/club/member/actions.ex": fragment(MEMBER),
        "lib/app/club/article/actions.ex": fragment(ARTICLES),
    }


def asked() -> tuple[Asked, ...]:
    """Every action, those without a fault first, beside its changeset function."""
    names = [(text, name_of(text)) for text in ACTIONS]
    names += [(text, f"{name_of(text)}_{number}") for number, (text, _, _) in enumerate(MUTANTS)]
    return tuple(
        Asked(
            resource=f"App.Club.{ACTIONS[text][0]}",
            table=Name("public", f"{ACTIONS[text][0].lower()}s"),
            action=name,
            kind=text.split()[0],
            module=f"Legacy.{ACTIONS[text][0]}",
            schema=f"Legacy.{ACTIONS[text][0]}",
            function=ACTIONS[text][1],
            call=(Argument("struct", "record", None), Argument("attributes", "attrs", None)),
        )
        for text, name in names
    )


def record(folder: Path, text: str, inputs: int = 200) -> bytes:
    """What real Ash answers in the compiled project at `folder`, without its place."""
    url = parse_url(text).url
    question = Question(
        answer="",
        where=where_of(url, None),
        behaviour=BehaviourQuestion(
            inputs=inputs, seed=1, modes=("form", "json"), dry=False, actions=asked()
        ),
    )
    mix = Mix(folder=folder, mix_env="dev", variables={"DATABASE_URL": ecto_url(url)})
    events = ask(
        mix,
        lambda path: question_text(msgspec.structs.replace(question, answer=str(path))),
        lambda _answer: None,
    )
    lines = [msgspec.json.encode(event) for event in events if isinstance(event, BehaviourAnswer)]
    return b"".join(line.replace(f"{folder}/".encode(), b"/club/") + b"\n" for line in lines)


if __name__ == "__main__":
    for path, text in sources().items():
        file = Path(sys.argv[1]) / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    for url in sys.argv[2:]:
        recorded = HERE.parent / "recorded/mutants.jsonl"
        recorded.write_bytes(record(Path(sys.argv[1]), url))
