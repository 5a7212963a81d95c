"use strict";
// Builds elements. Text reaches the page only as text nodes and attribute values, never as markup.

const SVG = "http://www.w3.org/2000/svg";

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false || child === "") continue;
    element.append(child);
  }
  return element;
}

function h(tag, attributes, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

function s(tag, attributes, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

// A name or text from the database: isolated, so that a right-to-left mark in it stays inside.
// Other ends of paragraphs than a line break would end the isolation with them.
function data(text, kind) {
  return h("bdi", { class: kind || "name" }, text.replace(/[\u001c-\u001e\u0085\u2029]/g, "\n"));
}

// A text of the tool's own: what stands between two backticks is code.
function prose(text) {
  const pieces = text.split("`");
  return pieces.length % 2 === 0 ? data(text, "text")
    : pieces.map((piece, index) => (index % 2 ? h("code", null, data(piece, "mono")) : data(piece, "text")));
}

// Says something to those who use a screen reader.
function announce(text) {
  document.getElementById("announcer").textContent = text;
}

function plural(count, one, many) {
  return `${count.toLocaleString("en")} ${count === 1 ? one : many || `${one}s`}`;
}

// Pages of the whole begin with a slash, which no name does when it is encoded.
function hashOf(...parts) {
  return `#/${parts.map(encodeURIComponent).join("/")}`;
}

// The address of a table: its name, with the schema before a dot. So a dot in a name is encoded.
function addressOf([schema, name]) {
  return (schema === "public" ? [name] : [schema, name]).map(encodePart).join(".");
}

function encodePart(part) {
  return encodeURIComponent(part).replaceAll(".", "%2E");
}

function decodePart(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function tableHash(table, column) {
  return column === undefined ? `#${table.address}` : `#${table.address}/${encodePart(column)}`;
}

// Puts items into `target`, a batch at a time as the reader comes near the end of them, so that a
// long list costs only what was looked at. Gives the elements to place: `whole`, which holds the
// target, and what watches for its end. `finish` renders the rest, for printing.
const unfinished = new Set();

function inBatches(whole, target, items, render, size) {
  let next = 0;
  const end = h("div", { class: "batch-end", "aria-hidden": "true" });
  const watcher = new IntersectionObserver(
    (entries) => entries.some((entry) => entry.isIntersecting) && more(size),
    { rootMargin: "600px" },
  );
  const list = { elements: [whole, end], finish: () => more(items.length), stop };

  function more(count) {
    const batch = items.slice(next, next + count);
    next += batch.length;
    target.append(...batch.flatMap(render));
    if (next >= items.length) return stop();
    // Watching anew asks again: the end may be in sight still.
    watcher.unobserve(end);
    watcher.observe(end);
    return undefined;
  }

  function stop() {
    watcher.disconnect();
    end.remove();
    list.elements = [whole];
    unfinished.delete(list);
  }

  unfinished.add(list);
  more(size);
  return list;
}

// Buttons that choose what a list holds: `build` makes the list of a choice. A choice is
// {value, label, count}; the first is chosen at the start.
function filterable(label, choices, build) {
  const box = h("div", { class: "batched" });
  let list = null;
  const choose = (value) => {
    if (list) list.stop();
    list = build(value);
    box.replaceChildren(...list.elements);
    for (const button of buttons) {
      button.setAttribute("aria-pressed", String(button.value === value));
    }
  };
  const buttons = choices.map((choice) => h("button", {
    type: "button", class: "chip", value: choice.value, onclick: () => choose(choice.value),
  }, choice.label, h("span", { class: "count" }, choice.count.toLocaleString("en"))));
  choose(choices[0].value);
  return [
    buttons.length > 2 && h("div", { class: "chips", role: "group", "aria-label": label }, buttons),
    box,
  ];
}
