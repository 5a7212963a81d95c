"use strict";
// What the page knows: the document's data with the look-ups that the views need, and the search.

const STATUS = {
  owned: { label: "Owned by Ash" },
  ash: { label: "Ash only" },
  shared: { label: "Shared" },
  legacy: { label: "Legacy only" },
  neither: { label: "Neither" },
};
const SEVERITY = {
  error: { label: "Error", plural: "Errors", sign: "●" },
  warning: { label: "Warning", plural: "Warnings", sign: "▲" },
  note: { label: "Note", plural: "Notes", sign: "○" },
};

// The text of a relation's name, which is [schema, name].
function nameOf([schema, name]) {
  return schema === "public" ? name : `${schema}.${name}`;
}

// What has its default is left out of the data.
function makeTable(json, index) {
  const resources = json.resources || [];
  const written = resources.filter((resource) => resource.path).map((resource) => resource.module);
  const uses = json.uses || [];
  return {
    comment: "", domain: "", contexts: [], columns: [], indexes: [], constraints: [],
    foreign_keys: [], relationships: [], create: "", ...json, uses,
    id: nameOf(json.name), name: json.name[1], address: addressOf(json.name),
    // "legacy only", "shared", "Ash only", "owned by Ash", "neither": the first word names a style.
    status: (json.status || "neither").split(" ")[0].toLowerCase(),
    resources: written,
    planned: written.length || !resources.length ? "" : resources[0].module,
    legacy: uses.filter(isOwnSchema).map((use) => use.module),
    index, references: [], referrers: [], partners: [], problems: [], proposals: [],
  };
}

function makeModel(json) {
  const tables = json.tables.map(makeTable);
  const places = new Map(json.tables.map((table, index) => [table.name.join("\0"), index]));
  const place = (name) => name && places.get(name.join("\0"));
  for (const table of tables) {
    for (const key of table.foreign_keys) {
      const link = { ...key, child: table.index, parent: place(key.target) };
      table.references.push(link);
      tables[link.parent].referrers.push(link);
    }
  }
  for (const { source, target, through } of json.links) {
    if (!through) continue;
    const [left, right] = [place(source), place(target)];
    tables[left].partners.push({ table: right, through: place(through) });
    if (right !== left) tables[right].partners.push({ table: left, through: place(through) });
  }
  const problems = json.problems.map(({ problem, table }) => ({ ...problem, table: place(table) }));
  for (const problem of problems) {
    if (problem.table !== undefined) tables[problem.table].problems.push(problem);
  }
  const proposals = json.proposals.map((each) => ({ ...each, table: place(each.table) }));
  for (const proposal of proposals) tables[proposal.table].proposals.push(proposal);
  const domains = json.domains.map(({ module, tables: names }) => {
    const own = names.map((name) => tables[place(name)]);
    return { name: module || "", tables: own, counts: statusCounts(own) };
  });
  return {
    title: json.overview.application, overview: json.overview, reasons: json.reasons,
    tables, problems, proposals, domains, place,
    byId: new Map(tables.map((table) => [table.id, table])),
    history: (json.history || []).map(({ on, progress }) => ({ on, counts: countsOf(progress) })),
    byAddress: new Map(tables.map((table) => [table.address, table])),
  };
}

// Gives the table of an address that somebody may have written by hand, or a program encoded
// otherwise: undefined when there is none.
function tableAt(model, address) {
  const parts = address.split(".").map(decodePart);
  const [schema, ...rest] = parts;
  return model.byAddress.get(parts.map(encodePart).join("."))
    || model.byId.get(parts.join("."))
    || (schema === "public" ? model.byId.get(rest.join(".")) : undefined);
}

function isOwnSchema(use) {
  return use.via.includes("schema");
}

function hasMark(column, mark) {
  return Boolean(column.marks) && column.marks.includes(mark);
}

// Counts as the document has them, by the words that name styles.
function countsOf({ owned, ash_only: ash, shared, legacy_only: legacy, neither }) {
  return { owned, ash, shared, legacy, neither };
}

function statusCounts(tables) {
  const counts = { owned: 0, ash: 0, shared: 0, legacy: 0, neither: 0 };
  for (const table of tables) counts[table.status] += 1;
  return counts;
}

// How well a text holds a word: 0 not at all, 4 wholly. A word begins at the start, after a
// character that is no letter, or at a capital in camelCase.
function wordScore(text, word) {
  if (!text) return 0;
  const lower = text.toLowerCase();
  if (lower === word) return 4;
  let at = lower.indexOf(word);
  if (at < 0) return 0;
  if (at === 0) return 3;
  for (; at >= 0; at = lower.indexOf(word, at + 1)) {
    const before = text[at - 1];
    const camel = before === before.toLowerCase() && text[at] !== text[at].toLowerCase();
    if (!/[\p{L}\p{N}]/u.test(before) || camel) return 2;
  }
  return 1;
}

function nameScore(column, word) {
  const attribute = column.attribute === column.name ? "" : column.attribute;
  return Math.max(12 * wordScore(column.name, word), 10 * wordScore(attribute, word));
}

function columnScore(column, word) {
  return Math.max(
    nameScore(column, word),
    4 * wordScore(column.type, word),
    4 * wordScore(column.ash_type, word),
    wordScore(column.comment, word),
  );
}

function tableScore(table, word) {
  const modules = [
    ...table.resources, table.planned, ...table.uses.map((use) => use.module),
  ];
  return Math.max(
    25 * wordScore(table.name, word),
    20 * wordScore(table.id, word),
    ...modules.map((module) => 8 * wordScore(module, word)),
    6 * wordScore(table.domain, word),
    ...table.relationships.map((relationship) => 4 * wordScore(relationship.name, word)),
    ...table.indexes.map((index) => 3 * wordScore(index.name, word)),
    ...table.constraints.map((constraint) => 3 * wordScore(constraint.name, word)),
    2 * wordScore(table.comment, word),
  );
}

const BY_NAME = 25;

// Gives the columns that answer most of the words, best first: those that hold fewer words, or
// hold them only in passing, would hide the ones that are meant. A word that the table answers
// counts only in a column's name: its type may hold it by chance.
function bestColumns(columns, words, own) {
  const scored = columns.map((column) => {
    const scores = words.map((word, index) => (own[index] ? nameScore : columnScore)(column, word));
    const sum = scores.reduce((total, score) => total + score, 0);
    return { column, scores, sum, hits: scores.filter(Boolean).length };
  }).filter((each) => each.hits);
  scored.sort((a, b) => b.hits - a.hits || b.sum - a.sum);
  return scored.filter((each) => each.hits === scored[0].hits && each.sum * 2 > scored[0].sum);
}

// Says how well a table with its columns answers the words: null when a word is nowhere in it.
function answer(table, words) {
  const own = words.map((word) => tableScore(table, word));
  const columns = bestColumns(table.columns, words, own);
  // The words that the table's own name doesn't answer have to be in one column together.
  const left = words.map((_, index) => index).filter((index) => own[index] < BY_NAME);
  const holder = columns.find((each) => left.every((index) => own[index] || each.scores[index]));
  const loose = words.every((word, index) =>
    own[index] || table.columns.some((column) => columnScore(column, word)));
  if (!loose) return null;
  const best = holder || { scores: words.map(() => 0) };
  const score = words.reduce((sum, _, index) => sum + Math.max(own[index], best.scores[index]), 0)
    + (holder && holder.hits === words.length && words.length > 1 ? holder.sum : 0);
  const named = !left.length && words.every((_, index) => own[index] >= best.scores[index]);
  return {
    table, score,
    columns: named ? [] : columns.map((each) => each.column),
  };
}

// Gives the tables that hold every word of the query, in themselves or in their columns, best
// first, each with the columns that hold them: [{table, columns, score}].
function search(model, query) {
  const words = query.toLowerCase().split(/[\s.]+/).filter(Boolean);
  if (!words.length) return [];
  return model.tables.map((table) => answer(table, words)).filter(Boolean)
    .sort((a, b) => b.score - a.score || a.table.index - b.table.index);
}
