"use strict";
// Where the neighbours of a table stand in its drawing: what it refers to on the left, itself in
// the middle, what refers to it on the right, or on both sides where it refers to nothing; one
// under the other where there is no room beside it.

const HEAD = 32;
const LINE = 21;
const FOOT = 7;
const BETWEEN = 14;
const CAPTION = 26;
const AT_FIRST = 8;
const GUTTER = 54;
const LANE = 8;
const NARROW = 620;

// Groups the links of a table by neighbour: [{table, ends: [{own, other, link}]}]. `own` are the
// columns at the table, `other` those at the neighbour.
function groupLinks(model, links, neighbourOf, endOf) {
  const groups = new Map();
  for (const link of links) {
    const key = neighbourOf(link);
    if (!groups.has(key)) groups.set(key, { table: model.tables[key], ends: [] });
    groups.get(key).ends.push(endOf(link));
  }
  return [...groups.values()];
}

function neighbourhood(model, table) {
  const out = table.references.filter((link) => link.parent !== table.index);
  const into = table.referrers.filter((link) => link.child !== table.index);
  const outEnd = (link) => ({ link, own: link.columns.join(", "), other: link.target_columns.join(", ") });
  const inEnd = (link) => ({ link, own: link.target_columns.join(", "), other: link.columns.join(", ") });
  // In the order of their columns, so that the lines to them don't cross.
  const order = new Map(table.columns.map((column, index) => [column.name, index]));
  out.sort((a, b) => order.get(a.columns[0]) - order.get(b.columns[0]));
  return {
    table,
    parents: groupLinks(model, out, (link) => link.parent, outEnd),
    children: groupLinks(model, into, (link) => link.child, inEnd),
    partners: table.partners.map((partner) => ({
      table: model.tables[partner.table], through: model.tables[partner.through], ends: [],
    })),
    loops: table.references.filter((link) => link.parent === table.index).map(outEnd),
  };
}

// Leaves out all but the first neighbours of a side, unless the reader asked for them.
function cut(groups, limit) {
  const whole = groups.length <= limit + 2;
  return {
    shown: whole ? groups : groups.slice(0, limit),
    hidden: whole ? 0 : groups.length - limit,
  };
}

function middleRows(neighbours, sides) {
  const { table } = neighbours;
  const order = new Map(table.columns.map((column, index) => [column.name, index]));
  const key = table.columns.filter((column) => hasMark(column, "PK")).map((column) => column.name).join(", ");
  const rows = new Set(key ? [key] : []);
  const used = [...sides.flatMap((groups) => groups.flatMap((group) => group.ends)), ...neighbours.loops];
  for (const end of used) rows.add(end.own);
  for (const end of neighbours.loops) rows.add(end.other);
  const rank = (text) => (text === key ? -1 : order.get(text.split(", ")[0]) ?? 1e6);
  return [...rows].sort((a, b) => rank(a) - rank(b));
}

function heightOf(rows) {
  return HEAD + rows.length * LINE + (rows.length ? FOOT : 0);
}

// Gives where everything stands: {width, height, middle, nodes, captions}. A node is
// {x, y, width, height, side, rows, group}; one that stands for hidden neighbours has `hidden`.
function layOut(neighbours, width, all) {
  // Who has both sides of the drawing can show twice as many.
  const limit = (alone) => (all ? Infinity : AT_FIRST * (alone ? 2 : 1));
  const parents = cut(neighbours.parents, limit(!neighbours.children.length && !neighbours.partners.length));
  const children = cut(neighbours.children, limit(!neighbours.parents.length));
  const partners = cut(neighbours.partners, limit(false));
  const rows = middleRows(neighbours, [parents.shown, children.shown]);
  const stacks = [
    { side: "out", caption: "refers to", ...parents },
    { side: "in", caption: "is referred to by", ...children },
    { side: "pair", caption: "many to many", ...partners },
  ].map((stack) => ({ ...stack, nodes: nodesOf(stack) }));
  const middle = { rows, group: { table: neighbours.table }, height: heightOf(rows), side: "middle" };
  return width < NARROW ? layUnder(stacks, middle, width) : layBeside(stacks, middle, width);
}

function nodesOf({ side, shown, hidden }) {
  const nodes = shown.map((group) => {
    const rows = side === "pair"
      ? [`through ${group.through.id}`]
      : [...new Set(group.ends.map((end) => end.other))];
    return { side, group, rows, height: heightOf(rows), left: side === "out" };
  });
  return hidden ? [...nodes, { side, hidden, rows: [], height: HEAD }] : nodes;
}

function stackHeight(stack) {
  if (!stack.nodes.length) return 0;
  const inner = stack.nodes.reduce((sum, node) => sum + node.height + BETWEEN, -BETWEEN);
  return CAPTION + inner;
}

// Deals the neighbours of the only side there is out to both.
function bothSides([out, into, pairs]) {
  const full = [out, into].find((stack) => stack.nodes.length > 3);
  const empty = full === into ? out : into;
  if (!full || empty.nodes.length || (full === out && pairs.nodes.length)) return [out, into, pairs];
  const half = Math.min(full.nodes.length - 1, Math.ceil((full.nodes.length + pairs.nodes.length) / 2));
  full.nodes.forEach((node, index) => { node.left = index < half; });
  return [
    { ...full, nodes: full.nodes.slice(0, half) }, { ...full, nodes: full.nodes.slice(half) }, pairs,
  ];
}

function put(stack, x, top, width, captions) {
  if (!stack.nodes.length) return top;
  captions.push({ text: stack.caption, x, y: top + 14 });
  let y = top + CAPTION;
  for (const node of stack.nodes) {
    Object.assign(node, { x, y, width });
    y += node.height + BETWEEN;
  }
  return y - BETWEEN;
}

function layBeside(stacks, middle, width) {
  const [left, right, pairs] = bothSides(stacks);
  const card = Math.min(264, Math.floor((width - 2 * 84) / 3));
  const gap = Math.min(160, Math.floor((width - 3 * card) / 2));
  const start = Math.floor((width - 3 * card - 2 * gap) / 2);
  const columns = [start, start + card + gap, start + 2 * (card + gap)];
  const between = right.nodes.length && pairs.nodes.length ? BETWEEN : 0;
  const rightHeight = stackHeight(right) + between + stackHeight(pairs);
  const height = Math.max(stackHeight(left), rightHeight, CAPTION + middle.height + 12);
  const captions = [];
  // Where a side is long, the middle stays where the reader looks first.
  const centre = Math.min(height / 2, 330);
  put(left, columns[0], Math.max(0, centre - stackHeight(left) / 2), card, captions);
  const top = Math.max(0, centre - rightHeight / 2);
  const under = put(right, columns[2], top, card, captions);
  put(pairs, columns[2], right.nodes.length ? under + between : top, card, captions);
  const y = Math.max(0, centre - middle.height / 2 + CAPTION / 2);
  Object.assign(middle, { x: columns[1], y, width: card });
  return { width, height: height + 4, middle, captions, wide: true,
    nodes: [...left.nodes, ...right.nodes, ...pairs.nodes] };
}

function layUnder([left, right, pairs], middle, width) {
  const card = Math.min(380, width - GUTTER - 2);
  const captions = [];
  let y = 0;
  if (left.nodes.length) y = put(left, GUTTER, y, card, captions) + 22;
  Object.assign(middle, { x: GUTTER, y, width: card });
  y += middle.height;
  if (right.nodes.length) y = put(right, GUTTER, y + 16, card, captions);
  if (pairs.nodes.length) y = put(pairs, GUTTER, y + 16, card, captions);
  return { width, height: y + 2, middle, captions, wide: false,
    nodes: [...left.nodes, ...right.nodes, ...pairs.nodes] };
}

function rowY(node, text) {
  const index = Math.max(0, node.rows.indexOf(text));
  return node.rows.length ? node.y + HEAD + index * LINE + LINE / 2 : node.y + HEAD / 2;
}
