"use strict";
// The pages of the whole: overview and problems, and what all pages are made of.

function statusMark(status) {
  return h("span", { class: `status ${status}` }, STATUS[status].label);
}

function tableLink(table) {
  return h("a", { href: tableHash(table), class: "mono" }, data(table.id));
}

function listed(items) {
  return items.map((item, index) => [index > 0 && ", ", item]);
}

function domainName(domain) {
  return domain.name ? data(domain.name) : h("em", null, "In no domain");
}

// A part of a page. It has no id, since that might be the address of a table, to which the browser
// would scroll.
function section(title, name, ...content) {
  return h("section", { "aria-label": title, "data-part": name }, h("h2", null, title), content);
}

// A table of cells that keeps its roles where the narrow layout takes its display apart.
function grid(name, heads, rows, rowOf) {
  const body = h("tbody", { role: "rowgroup" });
  body.append(...rows.map(rowOf));
  return h("table", { role: "table", class: `grid ${name}` },
    h("thead", { role: "rowgroup" },
      h("tr", { role: "row" }, heads.map((head) => h("th", { role: "columnheader", scope: "col" }, head)))),
    body);
}

function cell(className, ...content) {
  return h("td", { role: "cell", class: className }, content);
}

// ---- overview ----

function bar(counts, label) {
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const parts = Object.keys(STATUS).filter((status) => counts[status]);
  const words = parts.map((status) => `${counts[status]} ${STATUS[status].label}`).join(", ");
  const element = h("div", { class: "meter", role: "img", "aria-label": `${label}: ${words}` },
    parts.map((status) => h("span", { class: status })));
  parts.forEach((status, index) => {
    element.children[index].style.flexGrow = String(counts[status] / total);
  });
  return element;
}

function share(counts) {
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  return [counts.owned + counts.ash + counts.shared, total];
}

function progress(model) {
  const counts = statusCounts(model.tables);
  const [done, total] = share(counts);
  const views = model.tables.some((table) => table.kind.includes("view"));
  const percent = total ? Math.floor((100 * done) / total) : 0;
  return section("Migration", "migration",
    h("p", { class: "lead" },
      h("strong", null, `${percent}%`), ` of the ${views ? "tables and views" : "tables"} have an Ash resource: `,
      `${done.toLocaleString("en")} of ${total.toLocaleString("en")}.`),
    total > 0 && bar(counts, "All tables"),
    h("ul", { class: "legend" }, Object.keys(STATUS).filter((status) => status !== "owned" || counts.owned).map((status) =>
      h("li", null, statusMark(status), h("span", { class: "count" }, counts[status].toLocaleString("en"))))),
    model.domains.length > 1 || model.domains.some((domain) => domain.name)
      ? h("ul", { class: "domains" }, model.domains.map((domain) => {
        const [with_, of] = share(domain.counts);
        return h("li", null,
          h("span", { class: "domain-name" }, domainName(domain)),
          bar(domain.counts, domain.name || "In no domain"),
          h("span", { class: "count" }, `${with_.toLocaleString("en")} of ${of.toLocaleString("en")}`));
      }))
      : null);
}

function matrixRow(table) {
  const modules = (names) => listed(names.map((name) => data(name, "mono")));
  const planned = table.planned
    ? [h("span", { class: "trait" }, "planned: "), data(table.planned, "mono")] : null;
  const maybe = (name, content) =>
    content ? cell(name, content) : cell(`${name} empty`, h("span", { "aria-label": "none" }, "–"));
  return h("tr", { role: "row" },
    cell("matrix-table", tableLink(table)),
    maybe("matrix-old", table.legacy.length ? modules(table.legacy) : null),
    maybe("matrix-new", table.resources.length ? modules(table.resources) : planned),
    cell("matrix-status", statusMark(table.status)));
}

function matrix(model) {
  const counts = statusCounts(model.tables);
  const found = Object.keys(STATUS).filter((status) => counts[status]);
  const choices = [
    { value: "", label: "All", count: model.tables.length },
    ...found.map((status) => ({ value: status, label: STATUS[status].label, count: counts[status] })),
  ];
  const heads = ["Table", "Old code: Ecto schema", "New code: Ash resource", "Status"];
  return section("Shared tables", "shared-tables", filterable("Status", choices, (status) => {
    const tables = model.tables.filter((table) => !status || table.status === status);
    const element = grid("matrix", heads, [], matrixRow);
    return inBatches(element, element.tBodies[0], tables, matrixRow, 60);
  }));
}

function mostConnected(model) {
  const weight = (table) => table.references.length + table.referrers.length;
  const tables = model.tables.filter((table) => weight(table) > 2)
    .sort((a, b) => weight(b) - weight(a) || a.index - b.index).slice(0, 12);
  if (model.tables.length < 8 || tables.length < 3) return null;
  return section("Where to begin", "begin",
    h("p", { class: "aside" }, "The tables with the most relationships. Each opens with its neighbours."),
    h("ul", { class: "hubs" }, tables.map((table) =>
      h("li", null, tableLink(table), h("span", { class: "count" }, weight(table).toLocaleString("en"))))));
}

function leftOut(model) {
  const names = (model.overview.left_out || []).map((name) => data(nameOf(name), "mono"));
  const others = (model.overview.other_schemas || []).map(([name, count]) =>
    [data(name, "mono"), ` (${plural(count, "relation")})`]);
  return [
    names.length > 0 && h("p", { class: "aside" }, "Left out: ", listed(names), "."),
    others.length > 0 && h("p", { class: "aside" }, "Other schemas, not read: ", listed(others), "."),
  ];
}

function reasons(model) {
  if (!model.reasons) return null;
  return section("How types are mapped", "types",
    h("ul", { class: "reasons" }, model.reasons.map((reason) =>
      h("li", null, listed(reason.types.map((type) => data(type, "mono"))), ": ", prose(reason.why)))));
}

function facts(overview) {
  const { version, migrations, tables, views, relationships, schemas, extensions, repo } = overview;
  return [
    version ? `PostgreSQL ${version}` : "PostgreSQL",
    `migrations: ${migrations}`,
    plural(tables, "table"),
    views && plural(views, "view"),
    plural(relationships, "relationship"),
    schemas.length > 1 && `schemas ${schemas.join(", ")}`,
    overview.tenancy && `tenants: ${overview.tenancy}`,
    extensions.length && `extensions ${extensions.join(", ")}`,
    repo && `repo ${repo}`,
  ].filter(Boolean);
}

function overview(model) {
  return [
    h("header", { class: "page-head" },
      h("p", { class: "kicker" }, "Current database schema"),
      h("h1", null, data(model.title)),
      h("p", { class: "facts" }, facts(model.overview).map((fact) => h("span", null, data(fact, "text")))),
      leftOut(model)),
    progress(model),
    historySection(model),
    problemSummary(model),
    mostConnected(model),
    matrix(model),
    reasons(model),
    proposalsSection(model),
  ];
}

// ---- problems ----

// The number of problems of one kind that are shown before the rest is asked for.
const SHOWN = 3;

function problemSummary(model) {
  if (!model.problems.length) return null;
  return section("Problems", "problem-summary",
    h("p", { class: "tally" }, listed(Object.entries(SEVERITY).flatMap(([severity, { label, plural: many }]) => {
      const count = model.problems.filter((problem) => problem.severity === severity).length;
      return count ? [h("span", { class: `severity ${severity}` },
        plural(count, label.toLowerCase(), many.toLowerCase()))] : [];
    })), ". ", h("a", { href: hashOf("problems") }, "See them all")));
}

function problemItem(model, withPlace) {
  return (problem) => {
    const { label, sign } = SEVERITY[problem.severity];
    const table = problem.table === undefined ? null : model.tables[problem.table];
    const place = !problem.where ? null
      : table ? h("a", { href: tableHash(table) }, data(problem.where)) : data(problem.where);
    return h("li", { class: `problem ${problem.severity}` },
      h("p", { class: "problem-head" },
        h("span", { class: "severity-sign", role: "img", "aria-label": label, title: label }, sign),
        (withPlace || (table && problem.where !== table.id)) && place
          && h("span", { class: "problem-place mono" }, place),
        h("code", { class: "code" }, problem.code)),
      problem.what && h("p", { class: "problem-what" }, data(problem.what, "text")),
      problem.todo && h("p", { class: "problem-todo" }, data(problem.todo, "text")));
  };
}

// Problems of one kind and severity: the first three of them, and the others, which are made when
// they are opened.
function problemGroup(model) {
  return (group) => {
    const [first] = group;
    if (group.length <= SHOWN) return group.map(problemItem(model, true));
    const { label, sign } = SEVERITY[first.severity];
    const one = (key) => (group.every((problem) => problem[key] === first[key]) ? first[key] : "");
    const common = { what: one("what"), todo: one("todo") };
    const item = (problem) => problemItem(model, true)({
      ...problem, what: common.what ? "" : problem.what, todo: common.todo ? "" : problem.todo,
    });
    const rest = h("ul", { class: "problems" });
    const box = h("div", { class: "batched" });
    const open = () => {
      if (!rest.childElementCount) {
        box.replaceChildren(...inBatches(rest, rest, group.slice(SHOWN), item, 40).elements);
      }
    };
    return h("li", { class: `problem-group ${first.severity}` },
      h("p", { class: "problem-head" },
        h("span", { class: "severity-sign", role: "img", "aria-label": label, title: label }, sign),
        h("strong", null, `${group.length.toLocaleString("en")} times`),
        h("code", { class: "code" }, first.code)),
      common.what && h("p", { class: "problem-what" }, data(common.what, "text")),
      common.todo && h("p", { class: "problem-todo" }, data(common.todo, "text")),
      h("ul", { class: "problems" }, group.slice(0, SHOWN).map(item)),
      h("details", { ontoggle: open },
        h("summary", null, `and ${(group.length - SHOWN).toLocaleString("en")} more`), box));
  };
}

function groupsOf(problems) {
  const groups = new Map();
  for (const problem of problems) {
    const key = `${problem.severity} ${problem.code}`;
    groups.set(key, [...(groups.get(key) || []), problem]);
  }
  return [...groups.values()];
}

function problems(model) {
  const of = (severity) => model.problems.filter((problem) => problem.severity === severity);
  const found = Object.keys(SEVERITY).filter((severity) => of(severity).length);
  const choices = [
    { value: "", label: "All", count: model.problems.length },
    ...found.map((severity) => ({
      value: severity, label: SEVERITY[severity].plural, count: of(severity).length,
    })),
  ];
  return [
    h("header", { class: "page-head" },
      h("p", { class: "kicker" }, data(model.title)), h("h1", null, "Problems"),
      h("p", { class: "comment" }, model.problems.length
        ? "What Ash can't say of this database as it stands, and what to do about it."
        : "There are none.")),
    filterable("Severity", choices, (severity) => {
      const list = h("ul", { class: "problems" });
      const shown = severity ? of(severity) : model.problems;
      return inBatches(list, list, groupsOf(shown), problemGroup(model), 40);
    }),
  ];
}

// ---- an address that leads nowhere ----

const NEAR = 6;

// Gives the tables that a wrong name may mean: those that hold all of its words, else any.
function nearTo(model, name) {
  const words = name.split(/[^\p{L}\p{N}]+/u).filter(Boolean);
  const whole = search(model, words.join(" "));
  const found = whole.length ? whole : words.flatMap((word) => search(model, word));
  return [...new Set(found.map((each) => each.table))].slice(0, NEAR);
}

function missing(model, name) {
  const near = nearTo(model, name);
  return [
    h("header", { class: "page-head" },
      h("p", { class: "kicker" }, data(model.title)),
      h("h1", null, "There is no ", data(name, "mono")),
      h("p", { class: "comment" },
        "No table of this document has that name. It may have been renamed or dropped since the link was made, or be left out.")),
    near.length > 0 && section("Close to it", "near",
      h("ul", { class: "hubs" }, near.map((table) => h("li", null, tableLink(table))))),
    h("p", { class: "onward" }, h("a", { href: "#/" }, "All tables of the schema")),
  ];
}
