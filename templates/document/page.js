"use strict";
// Starts the page: addresses, search, keys, colours, printing.

const json = JSON.parse(document.getElementById("data").textContent);
const model = makeModel(json);
model.slices = makeSlices(model, json.slices || []);
const main = document.getElementById("main");
const input = document.getElementById("search");

// ---- the list at the side ----

function rowElement(row) {
  if (row.hash === undefined) {
    return h("div", { class: "list-group" }, h("span", { class: "list-text" }, row.label ? data(row.label) : "In no domain"),
      h("span", { class: "count" }, row.note));
  }
  if (row.column) {
    return h("a", { class: "list-row list-column", href: row.hash, tabindex: -1, title: `${row.table.id}.${row.column.name}${row.column.attribute ? `: attribute ${row.column.attribute}, ${row.column.ash_type}` : ""}` },
      h("span", { class: "list-text mono" }, data(row.column.name)),
      h("span", { class: "list-type mono" }, data(row.column.type)));
  }
  return h("a", { class: "list-row", href: row.hash, tabindex: -1, title: row.table.id },
    h("span", { class: `dot ${row.table.status}`, title: STATUS[row.table.status].label }),
    h("span", { class: "list-text mono" }, data(row.table.id)),
    row.table.problems.some((problem) => problem.severity !== "note")
      && h("span", { class: "list-sign", title: "has problems" }, "▲"));
}

const list = makeList(document.getElementById("list"), input, rowElement, (row) => {
  closeDrawer();
  go(row.hash);
  main.focus({ preventScroll: true });
});

function allRows() {
  const named = model.domains.length > 1 || model.domains.some((domain) => domain.name);
  return model.domains.flatMap((domain) => {
    const [done, total] = share(domain.counts);
    const head = named ? [{ label: domain.name, note: `${done}/${total}` }] : [];
    return [...head, ...domain.tables.map((table) => ({ table, hash: tableHash(table) }))];
  });
}

// Of each table so many columns stand in the list; a page of its own has all.
const COLUMNS_SHOWN = 4;

function foundRows(found) {
  return found.flatMap(({ table, columns }) => [
    { table, hash: tableHash(table) },
    ...columns.slice(0, COLUMNS_SHOWN).map((column) => ({ table, column, hash: tableHash(table, column.name) })),
  ]);
}

function runSearch() {
  const query = input.value.trim();
  const results = query ? search(model, query) : [];
  const columns = results.reduce((sum, each) => sum + each.columns.length, 0);
  const found = document.getElementById("found");
  const more = document.getElementById("found-columns");
  if (query) list.show(foundRows(results), { first: true });
  else list.show(allRows());
  found.textContent = [
    query && (results.length ? plural(results.length, "table") : "Nothing found"),
    columns && plural(columns, "column"),
  ].filter(Boolean).join(", ");
  more.hidden = !columns;
  more.setAttribute("href", hashOf("columns", query));
  list.setCurrent(location.hash);
}

// ---- addresses ----

let trail = [];
let leave = () => {};
let walking = false;

// The place that the address names. `#/table/NAME/COLUMN` is what earlier pages wrote.
function route() {
  const hash = location.hash.slice(1);
  if (hash === "" || hash === "/") return { page: "overview", title: "Overview" };
  if (!hash.startsWith("/")) return tablePlace(...hash.split("/"));
  const [page, ...rest] = hash.slice(1).split("/");
  if (page === "problems") return { page, title: "Problems" };
  if (page === "plan") return { page, title: "Plan" };
  if (page === "all") return { page, title: "All tables" };
  if (page === "columns" && rest[0]) {
    const query = decodePart(rest[0]);
    return { page, query, title: `Columns: ${query}` };
  }
  return page === "table" && rest[0] ? tablePlace(...rest) : missingPlace(hash);
}

function tablePlace(address, written) {
  const table = tableAt(model, address);
  if (!table) return missingPlace(address);
  if (!written) return { page: "table", table, title: table.id };
  const column = decodePart(written);
  const known = table.columns.some((each) => each.name === column);
  return { page: "table", table, column, title: known ? table.id : `${table.id}: there is no column ${column}` };
}

function missingPlace(address) {
  const name = address.split(".").map(decodePart).join(".");
  return { page: "missing", name, title: `There is no ${name}` };
}

function go(hash) {
  if (location.hash === hash) show();
  else location.hash = hash;
}

function content(place) {
  if (place.page === "table") return tableView(model, place.table, { chosen: place.column });
  if (place.page === "plan") return planPage(model);
  if (place.page === "problems") return problems(model);
  if (place.page === "columns") return columnsPage(model, place.query);
  if (place.page === "missing") return missing(model, place.name);
  return place.page === "all" ? everything(model) : overview(model);
}

function show() {
  leave();
  for (const pending of [...unfinished]) pending.stop();
  const place = route();
  const walked = walking && place.page === "table";
  const scrolled = walked ? window.scrollY : 0;
  walking = false;
  main.replaceChildren(h("div", { class: `page page-${place.page}` }, content(place)));
  document.title = place.page === "overview" ? model.title : `${place.title} · ${model.title}`;
  for (const link of document.querySelectorAll("#pages a")) {
    if (link.hash === (location.hash || "#/")) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  leave = place.page === "table" ? openTable(place, walked) : () => {};
  list.setCurrent(place.page === "table" ? tableHash(place.table) : "");
  announce(place.title);
  window.scrollTo(0, scrolled);
  if (walked) main.querySelector(".drawing .middle").focus({ preventScroll: true });
  const chosen = main.querySelector(".is-chosen");
  if (chosen) chosen.scrollIntoView({ block: "center" });
}

function openTable(place, walked) {
  const { table } = place;
  const before = trail.indexOf(table);
  if (before >= 0) trail = trail.slice(0, before + 1);
  else trail = walked ? [...trail, table].slice(-8) : [table];
  const box = main.querySelector(".drawing");
  if (!box) return () => {};
  if (trail.length > 1) {
    main.querySelector(".trail").append(h("nav", { "aria-label": "The way here" },
      h("ol", null, trail.map((each) => h("li", null, each === table
        ? h("span", { class: "mono", "aria-current": "page" }, data(each.id)) : tableLink(each))))));
  }
  box.addEventListener("click", (event) => { walking = Boolean(event.target.closest("a.node")); });
  return diagram(model, table, box);
}

// ---- keys, colours, the drawer, printing ----

function closeDrawer() {
  document.body.classList.remove("list-open");
  document.getElementById("open-list").setAttribute("aria-expanded", "false");
}

function openDrawer() {
  document.body.classList.add("list-open");
  document.getElementById("open-list").setAttribute("aria-expanded", "true");
  input.focus();
  input.select();
}

const SEARCH_KEYS = {
  ArrowDown: () => list.step(1),
  ArrowUp: () => list.step(-1),
  PageDown: () => list.step(list.page()),
  PageUp: () => list.step(-list.page()),
  Enter: () => list.pick(),
  Escape: () => {
    if (input.value) {
      input.value = "";
      runSearch();
    } else {
      closeDrawer();
      main.focus({ preventScroll: true });
    }
  },
};

function onSearchKey(event) {
  const act = SEARCH_KEYS[event.key];
  if (!act || event.isComposing || event.altKey || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  act();
}

function onKey(event) {
  if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey) return;
  const typing = event.target.closest("input[type=search], textarea, select");
  if (event.key === "/" && !typing) {
    event.preventDefault();
    openDrawer();
  } else if (event.key === "Escape" && document.body.classList.contains("list-open")) {
    closeDrawer();
    document.getElementById("open-list").focus();
  }
}

function setTheme(name) {
  if (name === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = name;
}

function restoreTheme() {
  const box = document.getElementById("theme");
  let stored = null;
  // Storage may be closed to a page from file://.
  try { stored = localStorage.getItem("schema-theme"); } catch { /* the choice lasts for this visit */ }
  const chosen = box.querySelector(`[value="${stored === "light" || stored === "dark" ? stored : "auto"}"]`);
  chosen.checked = true;
  setTheme(chosen.value);
  box.addEventListener("change", (event) => {
    setTheme(event.target.value);
    try { localStorage.setItem("schema-theme", event.target.value); } catch { /* as above */ }
  });
}

function beforePrint() {
  for (const pending of [...unfinished]) pending.finish();
  for (const words of main.querySelectorAll("details.as-text")) words.open = true;
}

function start() {
  document.getElementById("pages").append(
    h("a", { href: "#/" }, "Overview"),
    ...(model.slices.length ? [h("a", { href: hashOf("plan") }, "Plan")] : []),
    h("a", { href: hashOf("problems") }, "Problems",
      model.problems.length > 0 && h("span", { class: "count" }, model.problems.length.toLocaleString("en"))),
    h("a", { href: hashOf("all") }, "All tables"));
  document.getElementById("open-list").addEventListener("click", openDrawer);
  document.getElementById("close-list").addEventListener("click", closeDrawer);
  for (const id of ["pages", "found-columns"]) document.getElementById(id).addEventListener("click", closeDrawer);
  // Its target is no address of the page's own.
  document.querySelector(".skip").addEventListener("click", (event) => {
    event.preventDefault();
    main.focus();
  });
  input.addEventListener("input", runSearch);
  input.addEventListener("keydown", onSearchKey);
  document.addEventListener("keydown", onKey);
  window.addEventListener("hashchange", show);
  window.addEventListener("beforeprint", beforePrint);
  restoreTheme();
  runSearch();
  show();
}

start();
