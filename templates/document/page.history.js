"use strict";
// How the migration went: the versions of the document that git has, as a chart and as a table.

// The chart's own units, stretched to whatever room there is; the last state lasts for TAIL of them.
const WIDTH = 1000;
const HEIGHT = 150;
const TAIL = 40;

function totalOf(counts) {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

function inWords(counts) {
  const [done, total] = share(counts);
  const parts = Object.keys(STATUS).filter((status) => counts[status]);
  return `${done.toLocaleString("en")} of ${plural(total, "table")} with an Ash resource: ${
    parts.map((status) => `${counts[status].toLocaleString("en")} ${STATUS[status].label}`).join(", ")}`;
}

// The parts of one state from `left` to `right`, those with a resource below.
function stacked(counts, left, right, most) {
  let top = HEIGHT;
  return Object.keys(STATUS).filter((status) => counts[status]).map((status) => {
    const height = (counts[status] / most) * HEIGHT;
    top -= height;
    return s("rect", { class: `part ${status}`, x: left, y: top, width: right - left, height });
  });
}

// Where each state begins, by its day.
function places(states) {
  const days = states.map((state) => Date.parse(state.on));
  const [first, last] = [days[0], days[days.length - 1]];
  return days.map((day) => (last > first ? ((day - first) / (last - first)) * (WIDTH - TAIL) : 0));
}

function chart(states, now) {
  const most = Math.max(1, ...[...states, now].map((state) => totalOf(state.counts)));
  const starts = places(states);
  const picture = (label, ...content) => s("svg", {
    viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", role: "img", "aria-label": label,
  }, content);
  return h("div", { class: "history" },
    picture(`From ${states[0].on}, ${inWords(states[0].counts)}, to ${states[states.length - 1].on}, ${
      inWords(states[states.length - 1].counts)}`,
    states.map((state, index) => {
      const [left, right] = [starts[index], index + 1 < starts.length ? starts[index + 1] : WIDTH];
      return s("g", null, stacked(state.counts, left, right, most),
        s("rect", { class: "span", x: left, y: 0, width: right - left, height: HEIGHT },
          s("title", null, `${state.on}: ${inWords(state.counts)}`)));
    })),
    picture(`Now, ${inWords(now.counts)}`, stacked(now.counts, 0, WIDTH, most),
      s("rect", { class: "span", width: WIDTH, height: HEIGHT }, s("title", null, `Now: ${inWords(now.counts)}`))),
    h("p", { class: "history-days" },
      h("span", null, states[0].on), states.length > 1 && h("span", null, states[states.length - 1].on)),
    h("p", { class: "history-now" }, "now"));
}

function pastTable(states) {
  const found = Object.keys(STATUS).filter((status) => states.some((state) => state.counts[status]));
  return h("div", { class: "past", tabindex: 0, role: "group", "aria-label": "Progress by day" },
    h("table", null,
      h("thead", null, h("tr", null, ["Day", ...found.map((status) => STATUS[status].label), "All"].map((head) =>
        h("th", { scope: "col" }, head)))),
      h("tbody", null, states.map((state) => h("tr", null,
        h("th", { scope: "row" }, state.on),
        [...found.map((status) => state.counts[status]), totalOf(state.counts)].map((count) =>
          h("td", null, count.toLocaleString("en"))))))));
}

function historySection(model) {
  if (!model.history.length) return null;
  const now = { on: "now", counts: statusCounts(model.tables) };
  return section("Progress over time", "history",
    h("p", { class: "aside" },
      "What the document said when it was committed: first by day, after four weeks by week, after a year by four weeks."),
    chart(model.history, now),
    h("details", { class: "as-text" }, h("summary", null, "The same as a table"), pastTable([...model.history, now])));
}
