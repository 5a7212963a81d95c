"use strict";
// The page of the columns that a search finds: in which table, with which attribute, used by whom.

const USERS_SHOWN = 4;

// Gives the columns that answer a query: [{table, column}], the best first.
function foundColumns(model, query) {
  return search(model, query).flatMap(({ table, columns }) =>
    columns.map((column) => ({ table, column })));
}

// Who uses a column: the users of its table that name it, else all of these; `most` are named here,
// and a link leads to where the others are.
function usersOf(table, column, most = Infinity) {
  const naming = new Set(column.named_by || []);
  const modules = (named) => table.uses.filter((_, index) => naming.has(index) === named).map((use) => use.module);
  const [named, others] = [modules(true), modules(false)];
  const line = (words, found) => h("p", null, h("span", { class: "trait" }, words),
    listed(found.slice(0, most).map((module) => data(module, "mono"))),
    found.length > most && [" and ", h("a", { href: tableHash(table, column.name) },
      `${(found.length - most).toLocaleString("en")} more`)]);
  if (!named.length) return others.length ? [line("its table used by ", others)] : [];
  return [
    line("named by ", named),
    others.length > 0 && h("p", { class: "trait" }, `its table used by ${plural(others.length, "other")}`),
  ];
}

function foundRow({ table, column }) {
  const users = usersOf(table, column, USERS_SHOWN);
  const resource = table.resources[0] || table.planned;
  return h("tr", { role: "row" },
    cell("found-column", h("a", { href: tableHash(table, column.name), class: "mono" }, data(column.name))),
    cell("found-table", tableLink(table)),
    cell("found-type", data(column.type, "mono"), !column.nullable && h("span", { class: "trait" }, " not null")),
    column.attribute
      ? cell("found-ash", data(column.attribute, "mono"), " ", data(column.ash_type, "mono ash-type"),
        resource && h("span", { class: "default" },
          table.resources.length ? "of " : "planned in ", data(resource, "mono")))
      : cell("found-ash none", "no attribute"),
    users.length ? cell("found-users", users)
      : cell("found-users empty", h("span", { "aria-label": "no legacy code" }, "–")));
}

function columnsPage(model, query) {
  const found = foundColumns(model, query);
  const tables = new Set(found.map((each) => each.table)).size;
  const element = grid("found-columns", ["Column", "Table", "Type", "Ash attribute", "Used by"], [], foundRow);
  return [
    h("header", { class: "page-head" },
      h("p", { class: "kicker" }, data(model.title)),
      h("h1", null, "Columns: ", data(query)),
      h("p", { class: "comment" }, found.length
        ? `${plural(found.length, "column")} in ${plural(tables, "table")}.`
        : "No column answers to that."),
      found.length > 0 && h("p", { class: "aside" },
        "Code is known to use a table, not a column. A column counts as named by those users of its table whose schema has it as a field, or whose file holds its name, or the field's, as a word.")),
    found.length > 0 && inBatches(element, element.tBodies[0], found, foundRow, 60).elements,
  ];
}
