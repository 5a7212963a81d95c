"use strict";
// Draws the neighbourhood of a table as it was laid out, to be walked through by pointer or keys.

// The end of a line at a card: a crow's foot for many, a stroke for one, a ring for optional.
function endMark(x, y, towards, { many, optional }) {
  const d = towards;
  const path = many
    ? `M${x + d * 11} ${y}L${x} ${y - 5}M${x + d * 11} ${y}L${x} ${y + 5}`
    : `M${x + d * 7} ${y - 5}V${y + 5}`;
  return [
    s("path", { d: path, class: "end" }),
    optional && s("circle", { cx: x + d * 15, cy: y, r: 3.5, class: "ring" }),
  ];
}

// A line in the gutter at the left: the lines of one row of the middle share a lane.
function elbow(a, b, lane) {
  const x = Math.max(4, a.x - 24 - (lane % 4) * LANE);
  const turn = Math.sign(b.y - a.y) * 6;
  return `M${a.x} ${a.y}H${x + 6}Q${x} ${a.y} ${x} ${a.y + turn}`
    + `V${b.y - turn}Q${x} ${b.y} ${x + 6} ${b.y}H${b.x}`;
}

function curve(a, b, { wide }, lane) {
  if (!wide) return elbow(a, b, lane);
  // Straight under the marks at either end, and curved between.
  const [from, to] = [a.x + a.d * 19, b.x + b.d * 19];
  const reach = Math.max(24, Math.abs(to - from) / 2);
  return `M${a.x} ${a.y}H${from}C${from + a.d * reach} ${a.y} ${to + b.d * reach} ${b.y} ${to} ${b.y}H${b.x}`;
}

function sayLink(model, link) {
  const from = `${model.tables[link.child].id} (${link.columns.join(", ")})`;
  const to = `${model.tables[link.parent].id} (${link.target_columns.join(", ")})`;
  const more = [link.rule, link.name].filter(Boolean).join(", ");
  return `${from} → ${to}${more ? `: ${more}` : ""}`;
}

// Draws the line between a row of the middle and a row of a neighbour. The referring side holds
// many rows, or one where its columns are unique.
function drawLink(model, end, node, plan) {
  const { middle, wide } = plan;
  const out = node.side === "out";
  const own = { x: middle.x, y: rowY(middle, end.own), d: -1 };
  const other = { x: node.x, y: rowY(node, end.other), d: -1 };
  if (wide && node.left) Object.assign(other, { x: node.x + node.width, d: 1 });
  if (wide && !node.left) Object.assign(own, { x: middle.x + middle.width, d: 1 });
  const path = curve(own, other, plan, middle.rows.indexOf(end.own));
  const [child, parent] = out ? [own, other] : [other, own];
  return s("g", { class: "edge", "data-to": node.group.table.index },
    s("title", null, sayLink(model, end.link)),
    s("path", { d: path, class: "reach" }),
    s("path", { d: path, class: "line" }),
    endMark(child.x, child.y, child.d, { many: !end.link.unique, optional: true }),
    endMark(parent.x, parent.y, parent.d, { many: false, optional: end.link.optional }));
}

function drawPair(node, plan) {
  const { middle, wide } = plan;
  const own = { x: wide ? middle.x + middle.width : middle.x, y: middle.y + HEAD / 2 };
  const other = { x: node.x, y: node.y + HEAD / 2, d: -1 };
  own.d = wide ? 1 : -1;
  return s("g", { class: "edge pair", "data-to": node.group.table.index },
    s("path", { d: curve(own, other, plan, 3), class: "line" }),
    endMark(own.x, own.y, own.d, { many: true }),
    endMark(other.x, other.y, other.d, { many: true }));
}

function drawLoop(model, end, { middle }, rank) {
  const from = rowY(middle, end.own);
  const to = rowY(middle, end.other);
  const x = middle.x + middle.width;
  const reach = x + 44 + rank * 12;
  const close = from === to ? 7 : 0;
  const path = `M${x} ${from + close}H${x + 19}C${reach} ${from + close} ${reach} ${to - close} ${x + 19} ${to - close}H${x}`;
  return s("g", { class: "edge" },
    s("title", null, sayLink(model, end.link)),
    s("path", { d: path, class: "line" }),
    endMark(x, from + close, 1, { many: !end.link.unique, optional: true }),
    endMark(x, to - close, 1, { many: false, optional: end.link.optional }));
}

// Cuts a text to what fits: names are set in a font whose letters are all of one width. What was
// cut is shown whole when the pointer rests on it.
function fitted(text, width, size) {
  const line = text.replace(/\s/g, " ");
  const room = Math.floor(width / (size * 0.605));
  if (line.length <= room) return [line];
  return [`${line.slice(0, Math.max(1, room - 1))}…`, s("title", null, text)];
}

function drawCard(node) {
  const { table } = node.group;
  return [
    s("rect", { x: node.x, y: node.y, width: node.width, height: node.height, rx: 7, class: "card" }),
    node.rows.length > 0
      && s("path", { d: `M${node.x} ${node.y + HEAD - 4}h${node.width}`, class: "rule" }),
    s("circle", { cx: node.x + 15, cy: node.y + 14, r: 4.5, class: `dot ${table.status}` }),
    s("text", { x: node.x + 27, y: node.y + 18.5, class: "card-name" },
      fitted(table.id, node.width - 36, 13)),
    node.rows.map((text, index) => [" ", s("text", {
      x: node.x + 27, y: node.y + HEAD + index * LINE + LINE / 2 + 4, class: "card-row",
    }, fitted(text, node.width - 36, 12))]),
  ];
}

function sayNode(node) {
  const { table } = node.group;
  const how = { out: "is referred to", in: "refers here", pair: "many to many" }[node.side];
  return `${[table.id, ...node.rows].join(" ")}, ${how}, ${STATUS[table.status].label}`;
}

function drawNode(node, plan, showAll) {
  if (node.hidden) {
    const open = (event) => {
      if (event.type === "keydown" && event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      showAll();
    };
    return s("g", { class: "node more", role: "button", tabindex: 0, onclick: open, onkeydown: open },
      s("rect", { x: node.x, y: node.y, width: node.width, height: node.height, rx: 7, class: "card" }),
      s("text", { x: node.x + node.width / 2, y: node.y + 20.5, class: "card-more" },
        `show ${node.hidden.toLocaleString("en")} more`));
  }
  const light = (on) => () => {
    for (const edge of plan.edges.get(node) || []) edge.classList.toggle("lit", on);
  };
  return s("a", {
    class: `node ${node.side}`, href: tableHash(node.group.table), "aria-label": sayNode(node),
    onpointerenter: light(true), onpointerleave: light(false),
    onfocus: light(true), onblur: light(false),
  }, drawCard(node));
}

function drawEdges(model, neighbours, plan) {
  plan.edges = new Map();
  for (const node of plan.nodes) {
    if (node.hidden) continue;
    const edges = node.side === "pair"
      ? [drawPair(node, plan)]
      : node.group.ends.map((end) => drawLink(model, end, node, plan));
    plan.edges.set(node, edges);
  }
  const loops = neighbours.loops.map((end, rank) => drawLoop(model, end, plan, rank));
  return [...[...plan.edges.values()].flat(), ...loops];
}

// Moves the focus from card to card as the arrow points; the nearest in that direction wins.
function moveFocus(event, svg) {
  const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
  const here = svg.getRootNode().activeElement;
  if (!way || event.altKey || event.ctrlKey || event.metaKey || !svg.contains(here)) return;
  event.preventDefault();
  const centre = (element) => {
    const box = element.getBoundingClientRect();
    return [box.left + box.width / 2, box.top + box.height / 2];
  };
  const [x, y] = centre(here);
  let best = null;
  for (const other of svg.querySelectorAll(".node")) {
    const [ox, oy] = centre(other);
    const along = (ox - x) * way[0] + (oy - y) * way[1];
    const aside = Math.abs((ox - x) * way[1]) + Math.abs((oy - y) * way[0]);
    // Up and down stay in their column where cards stand beside each other.
    if (other === here || along < 6 || (way[1] && aside > 40)) continue;
    const cost = along + 2 * aside;
    if (!best || cost < best.cost) best = { other, cost };
  }
  if (best) best.other.focus();
}

// Draws the neighbourhood into the box, again when the box changes its width.
function diagram(model, table, box) {
  const neighbours = neighbourhood(model, table);
  let all = false;
  let width = 0;
  const draw = () => {
    const plan = layOut(neighbours, width, all);
    const edges = drawEdges(model, neighbours, plan);
    const svg = s("svg", {
      viewBox: `0 0 ${plan.width} ${plan.height}`, width: plan.width, height: plan.height,
      role: "group", "aria-label": `Neighbours of ${table.id}`,
    },
    plan.captions.map((caption) =>
      s("text", { x: caption.x + 2, y: caption.y, class: "caption" }, caption.text)),
    edges,
    s("g", { class: "node middle", tabindex: 0, role: "img", "aria-label": `${table.id}, in the middle` },
      drawCard(plan.middle)),
    plan.nodes.map((node) => drawNode(node, plan, () => {
      all = true;
      draw();
      box.querySelector(".middle").focus();
    })));
    svg.addEventListener("keydown", (event) => moveFocus(event, svg));
    const focused = box.contains(document.activeElement);
    box.replaceChildren(svg);
    if (focused) box.querySelector(".middle").focus({ preventScroll: true });
  };
  const fit = () => {
    const room = Math.floor(box.clientWidth);
    if (!room || room === width) return;
    width = room;
    draw();
  };
  const observer = new ResizeObserver(fit);
  observer.observe(box);
  fit();
  return () => observer.disconnect();
}
