"use strict";
// The page of one table, and that of all tables, for reading through and for printing.

function columnRow(table, column, chosen) {
  const notes = (column.notes || []).map((note) => h("p", { class: "note" }, data(note, "text")));
  const refers = table.references.some((link) => link.columns.includes(column.name));
  return h("tr", {
    role: "row", class: column.name === chosen ? "is-chosen" : null, "data-column": column.name,
  },
  cell("column-name",
    h("span", { class: hasMark(column, "PK") ? "mono strong" : "mono" }, data(column.name)),
    hasMark(column, "PK") && h("abbr", { class: "tag key", title: "primary key" }, "PK"),
    refers && h("abbr", { class: "tag", title: "foreign key" }, "FK"),
    hasMark(column, "UK") && h("abbr", { class: "tag", title: "part of a unique key" }, "UK")),
  cell("column-type", data(column.type, "mono"),
    !column.nullable && h("span", { class: "trait" }, " not null"),
    column.generated && h("span", { class: "default" }, data(`generated ${column.generated}`, "text")),
    column.default && h("span", { class: "default" }, column.generated ? "as " : "default ", data(column.default, "mono"))),
  column.attribute
    ? cell("column-ash", data(column.attribute, "mono"), " ", data(column.ash_type, "mono ash-type"),
      column.constraints && h("span", { class: "default" }, data(column.constraints, "mono")))
    : cell("column-ash none", "no attribute"),
  cell("column-notes", column.comment && h("p", null, data(column.comment, "text")), notes,
    column.name === chosen && usersOf(table, column)));
}

function columnsSection(table, chosen) {
  const mapped = table.columns.some((column) => column.attribute);
  const unknown = chosen !== undefined && table.columns.every((column) => column.name !== chosen);
  return section(plural(table.columns.length, "column"), "columns",
    unknown && h("p", { class: "aside" }, "There is no column ", data(chosen, "mono"), " in this table."),
    grid(mapped ? "columns" : "columns unmapped", ["Column", "Type", "Ash attribute", "Notes"], table.columns,
      (column) => columnRow(table, column, chosen)));
}

function rulesSection(title, id, items) {
  if (!items.length) return null;
  return section(title, id, h("ul", { class: "rules" }, items.map((item) =>
    h("li", null,
      h("span", { class: "rule-name mono" }, data(item.name)),
      h("span", { class: "rule-kind" }, item.kind),
      h("code", { class: "rule-text" }, data(item.definition, "text"))))));
}

function linkItem(model, table, link) {
  const out = link.child === table.index;
  const other = model.tables[out ? link.parent : link.child];
  const [from, to] = [link.columns.join(", "), link.target_columns.join(", ")];
  return h("li", null,
    h("span", { class: "cardinality", "aria-hidden": "true" }, link.unique ? "1–1" : out ? "*–1" : "1–*"),
    h("span", { class: "link-text" },
      out ? [data(from, "mono"), " refers to "] : "",
      tableLink(other), ".", data(out ? to : from, "mono"),
      out ? "" : [" refers to ", data(to, "mono")],
      link.rule && h("span", { class: "trait" }, ` ${link.rule}`)),
    h("span", { class: "rule-name mono" }, data(link.name)));
}

function pairItem(model, partner) {
  return h("li", null,
    h("span", { class: "cardinality", "aria-hidden": "true" }, "*–*"),
    h("span", { class: "link-text" },
      "many to many with ", tableLink(model.tables[partner.table]),
      " through ", tableLink(model.tables[partner.through])));
}

function relationshipList(model, table) {
  const links = [...table.references, ...table.referrers.filter((link) => link.child !== link.parent)];
  const items = [
    ...links.map((link) => () => linkItem(model, table, link)),
    ...table.partners.map((partner) => () => pairItem(model, partner)),
  ];
  const list = h("ul", { class: "links" });
  return inBatches(list, list, items, (make) => make(), 40).elements;
}

function relationshipsSection(model, table, withDiagram) {
  if (!table.references.length && !table.referrers.length && !table.partners.length) {
    return section("Relationships", "relationships",
      h("p", { class: "aside" }, "No foreign key leads to or from this table."));
  }
  return section("Relationships", "relationships",
    withDiagram && h("div", { class: "trail" }),
    withDiagram && h("div", { class: "diagram" }, h("div", { class: "drawing" })),
    withDiagram
      ? h("details", { class: "as-text" }, h("summary", null, "The same in words"), relationshipList(model, table))
      : relationshipList(model, table));
}

function usedBySection(table) {
  const rows = [
    ["Ash resource", table.resources.map((module) => data(module, "mono"))],
    ["Planned resource", table.planned ? [data(table.planned, "mono")] : []],
    ["Contexts", table.contexts.map((module) => data(module, "mono"))],
  ].filter(([, modules]) => modules.length);
  if (!rows.length && !table.uses.length) return null;
  return section("Used by", "used",
    rows.length > 0 && h("dl", { class: "used" }, rows.map(([label, modules]) =>
      h("div", null, h("dt", null, label), h("dd", null, listed(modules))))),
    table.uses.length > 0 && h("ul", { class: "rules" }, table.uses.map((use) => h("li", null,
      h("span", { class: "rule-name mono" }, data(use.module)),
      h("span", { class: "rule-kind" }, isOwnSchema(use) ? "its schema" : data(use.kind, "text")),
      h("span", { class: "rule-text" }, data(`${use.path}:${use.line}`, "mono"), waysOf(use))))));
}

function waysOf(use) {
  const ways = use.via.filter((way) => way !== "schema");
  return ways.length > 0 && h("span", { class: "trait" }, " by ", data(ways.join(", "), "text"));
}

function ashSection(model, table) {
  if (!table.relationships.length) return null;
  const item = (each) => {
    const target = model.tables[model.place(each.table)];
    return h("li", null,
      h("span", { class: "rule-name mono" }, data(each.name)),
      h("span", { class: "rule-kind mono" }, data(each.kind)),
      h("span", { class: "rule-text" }, target === undefined ? data(each.destination, "mono")
        : h("a", { href: tableHash(target) }, data(each.destination, "mono"))));
  };
  return section("Ash relationships", "ash",
    h("ul", { class: "rules" }, table.relationships.map(item)));
}

function proposalItem(model, withTable) {
  return (proposal) => h("li", null,
    h("span", { class: "rule-name" },
      withTable ? [tableLink(model.tables[proposal.table]), " "] : "",
      data(proposal.columns.join(", "), "mono")),
    h("span", { class: "rule-kind" }, proposal.kind),
    h("span", { class: "rule-text" }, data(proposal.why, "text")));
}

function proposalsSection(model, table) {
  const proposals = (table || model).proposals;
  if (!proposals.length) return null;
  const list = h("ul", { class: "rules" });
  return section("For later", "later",
    h("p", { class: "aside" }, "No schema changes until the legacy code is fully removed. Then think of these."),
    inBatches(list, list, proposals, proposalItem(model, !table), 40).elements);
}

function createSection(table) {
  return table.create && h("details", { class: "create" },
    h("summary", null, "Definition in SQL"),
    h("pre", { tabindex: 0 }, h("code", null, data(table.create, "text"))));
}

function changesetsOf({ changesets, carried_over: carried = 0 }) {
  return `${plural(changesets, "changeset")}: ${carried} carried over, ${changesets - carried} open`;
}

// A button that copies the address of a table, where the browser lets a page do so.
function copyLink(table) {
  if (!navigator.clipboard) return null;
  const copy = async (event) => {
    const button = event.currentTarget;
    const [address] = location.href.split("#");
    try {
      await navigator.clipboard.writeText(address + tableHash(table));
      button.textContent = "Copied";
      announce(`The link to ${table.id} is copied`);
    } catch {
      announce("The browser lets no page copy: the address bar has the link");
    }
  };
  return h("button", { type: "button", class: "quiet copy", onclick: copy }, "Copy link");
}

function tableView(model, table, { chosen, withDiagram = true, level = "h1" } = {}) {
  return [
    h("header", { class: "page-head" },
      h("p", { class: "kicker" },
        table.kind, table.domain && [" in ", data(table.domain)]),
      h(level, { class: "mono" }, data(table.id)),
      h("p", { class: "facts" }, statusMark(table.status),
        table.resources.map((module) => h("span", null, data(module, "mono"))),
        table.tenancy && h("span", null, data(table.tenancy, "text")),
        table.changesets > 0 && h("span", null, changesetsOf(table)),
        level === "h1" && copyLink(table)),
      table.comment && h("p", { class: "comment" }, data(table.comment, "text"))),
    relationshipsSection(model, table, withDiagram),
    columnsSection(table, chosen),
    rulesSection(plural(table.indexes.length, "index", "indexes"), "indexes", table.indexes),
    rulesSection(plural(table.constraints.length, "constraint"), "constraints", table.constraints),
    usedBySection(table),
    ashSection(model, table),
    proposalsSection(model, table),
    table.problems.length > 0 && section(plural(table.problems.length, "problem"), "problems",
      h("ul", { class: "problems" }, table.problems.map(problemItem(model, false)))),
    createSection(table),
  ];
}

// ---- everything ----

function everything(model) {
  const box = h("div", { class: "everything" });
  const list = inBatches(box, box, model.tables, (table) => {
    const article = h("article", { class: "whole-table", "aria-label": table.id },
      tableView(model, table, { withDiagram: false, level: "h2" }));
    // A thousand regions of the same few names would be no landmarks.
    for (const part of article.querySelectorAll("section")) part.removeAttribute("aria-label");
    return article;
  }, 3);
  return [
    h("header", { class: "page-head" },
      h("p", { class: "kicker" }, data(model.title)), h("h1", null, "All tables"),
      h("p", { class: "comment" }, `${plural(model.tables.length, "table")} one after the other, for reading through or printing.`),
      h("p", { class: "no-print" },
        h("button", { type: "button", class: "chip", onclick: () => window.print() }, "Print"))),
    list.elements,
  ];
}
