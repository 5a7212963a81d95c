"use strict";
// The plan of the move: a picture of the slices and what depends on what, and all of them in order.

const SLICE = { width: 190, height: 50, across: 62, down: 14 };
const MOST_DRAWN = 80;

// Which style a slice has: that of the tables which are as far.
function sliceStyle(slice) {
  if (slice.state === "done") return "owned";
  if (slice.state === "live") return "ash";
  return slice.begun ? "shared" : "legacy";
}

function makeSlices(model, json) {
  const at = new Map();
  return json.map((each, index) => {
    const slice = {
      domains: [], needs: [], reasons: [], done: 0, total: 0, why: "", ...each, number: index + 1,
      tables: each.tables.map((name) => model.tables[model.place(name)]).filter(Boolean),
    };
    slice.begun = slice.done > 0;
    slice.needs = slice.needs.map((name) => at.get(nameOf(name))).filter(Boolean);
    slice.level = slice.needs.reduce((level, need) => Math.max(level, need.level + 1), 0);
    // All that has to be there before; what another one needs as well is not drawn again.
    slice.before = new Set(slice.needs.flatMap((need) => [need, ...need.before]));
    const farther = new Set(slice.needs.flatMap((need) => [...need.before]));
    slice.direct = slice.needs.filter((need) => !farther.has(need));
    slice.label = nameOf(each.name);
    at.set(slice.label, slice);
    return slice;
  });
}

function sliceSays(slice) {
  const rest = slice.tables.length - 1;
  return `${slice.number}. ${slice.label}${rest ? ` and ${rest} more` : ""}`;
}

function sliceCard(slice) {
  const table = slice.tables.find((each) => each.id === slice.label);
  const needs = slice.needs.length ? `, after ${slice.needs.map((need) => need.label).join(", ")}` : "";
  return s("a", {
    class: "node slice", href: table ? tableHash(table) : hashOf("plan"),
    "aria-label": `${sliceSays(slice)}${needs}; ${slice.state}`,
  },
  s("rect", { x: slice.x, y: slice.y, width: SLICE.width, height: SLICE.height, rx: 7, class: "card" }),
  s("circle", { cx: slice.x + 15, cy: slice.y + 17, r: 4.5, class: `dot ${sliceStyle(slice)}` }),
  s("text", { x: slice.x + 27, y: slice.y + 21, class: "card-name" }, fitted(sliceSays(slice), SLICE.width - 36, 13)),
  s("text", { x: slice.x + 27, y: slice.y + 39, class: "card-row" }, fitted(slice.state, SLICE.width - 36, 12)));
}

// An arrow past other columns runs between two rows of cards.
function sliceEdge(need, slice) {
  const [x, y] = [need.x + SLICE.width, need.y + SLICE.height / 2];
  const [end, to] = [slice.x, slice.y + SLICE.height / 2];
  const half = SLICE.across / 2;
  const lane = need.y + SLICE.height + SLICE.down / 2;
  const past = slice.level - need.level > 1
    ? `C${x + half} ${y} ${x + half} ${lane} ${x + SLICE.across} ${lane}H${end - SLICE.across}C${end - half} ${lane} ${end - half} ${to} ${end - 6} ${to}`
    : `C${x + half} ${y} ${end - half} ${to} ${end - 6} ${to}`;
  return s("g", { class: "edge" },
    s("title", null, `${need.label} before ${slice.label}`),
    s("path", { d: `M${x} ${y}${past}`, class: "line" }),
    s("path", { d: `M${end - 7} ${to - 4}L${end - 1} ${to}L${end - 7} ${to + 4}`, class: "line" }));
}

// Slices stand in columns: each to the right of all that it needs.
function slicesPicture(slices) {
  const filled = [];
  for (const slice of slices) {
    const row = filled[slice.level] || 0;
    filled[slice.level] = row + 1;
    slice.x = 2 + slice.level * (SLICE.width + SLICE.across);
    slice.y = 2 + row * (SLICE.height + SLICE.down);
  }
  const width = filled.length * (SLICE.width + SLICE.across) - SLICE.across + 4;
  const height = Math.max(...filled) * (SLICE.height + SLICE.down) + 4;
  const svg = s("svg", {
    viewBox: `0 0 ${width} ${height}`, width, height, role: "group", "aria-label": "What depends on what",
  },
  slices.flatMap((slice) => slice.direct.map((need) => sliceEdge(need, slice))),
  slices.map(sliceCard));
  svg.addEventListener("keydown", (event) => moveFocus(event, svg));
  return h("div", { class: "drawing plan-drawing", tabindex: 0, role: "group", "aria-label": "Picture of the slices" }, svg);
}

function sliceItem(slice) {
  return h("li", { value: slice.number },
    h("p", { class: "slice-head" },
      h("span", null, listed(slice.tables.map(tableLink))),
      h("span", { class: `status ${sliceStyle(slice)}` }, slice.state),
      slice.total > 0 && h("span", { class: "count" }, `${slice.done} of ${slice.total} parts`)),
    slice.needs.length > 0 && h("p", { class: "note" }, "after ", listed(slice.needs.map((need) => data(need.label, "mono")))),
    h("p", { class: "note" }, data(slice.why, "text")),
    slice.reasons.map((reason) => h("p", { class: "note" }, data(reason, "text"))));
}

function planPage(model) {
  const { slices } = model;
  const open = slices.filter((slice) => slice.state !== "done" && slice.state !== "live");
  const drawn = slices.length <= MOST_DRAWN && slices.some((slice) => slice.needs.length);
  const list = h("ol", { class: "slices" });
  return [
    h("header", { class: "page-head" }, h("h1", null, "Plan"),
      h("p", { class: "aside" }, `${plural(slices.length, "slice")}, ${open.length.toLocaleString("en")} not live yet. `
        + "A slice is tables that go live together, and alone; it is live when only Ash works with them. "
        + "Those whose tables others refer to come first. What check finds is no part of it here: "
        + "ash-scaffold plan counts that too, and says the steps of each slice."
        + (open.length ? ` Next: ${sliceSays(open[0])}.` : ""))),
    drawn && section("What depends on what", "plan-picture", slicesPicture(slices)),
    section("In order", "plan", inBatches(list, list, slices, (slice) => [sliceItem(slice)], 60).elements),
  ];
}
