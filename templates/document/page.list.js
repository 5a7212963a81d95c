"use strict";
// The list at the side: a listbox of which only the rows in sight are in the page.

const ROW = 34;
const SPARE = 6;

function makeList(box, input, rowOf, onPick) {
  const canvas = h("div", { class: "list-canvas", role: "presentation" });
  const shown = new Map();
  let rows = [];
  let active = -1;
  box.replaceChildren(canvas);

  function selectable(index) {
    return index >= 0 && index < rows.length && rows[index].hash !== undefined;
  }

  function render() {
    const first = Math.max(0, Math.floor(box.scrollTop / ROW) - SPARE);
    const last = Math.min(rows.length, Math.ceil((box.scrollTop + box.clientHeight) / ROW) + SPARE);
    for (const [index, element] of shown) {
      if (index < first || index >= last) {
        element.remove();
        shown.delete(index);
      }
    }
    for (let index = first; index < last; index += 1) {
      if (!shown.has(index)) shown.set(index, place(index));
    }
    for (const [index, element] of shown) mark(index, element);
  }

  function place(index) {
    const row = rows[index];
    const option = row.hash !== undefined;
    const element = rowOf(row);
    element.id = `row-${index}`;
    element.style.transform = `translateY(${index * ROW}px)`;
    element.setAttribute("role", option ? "option" : "presentation");
    if (option) {
      element.setAttribute("aria-setsize", String(row.of));
      element.setAttribute("aria-posinset", String(row.position));
      element.addEventListener("click", (event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey) return;
        event.preventDefault();
        onPick(row);
      });
    }
    canvas.append(element);
    return element;
  }

  function mark(index, element) {
    if (!selectable(index)) return;
    element.setAttribute("aria-selected", String(index === active));
    element.classList.toggle("is-current", rows[index].hash === current);
  }

  let current = "";

  function moveTo(index) {
    active = index;
    if (active >= 0) {
      const top = active * ROW;
      if (top < box.scrollTop + ROW) box.scrollTop = Math.max(0, top - ROW);
      else if (top + ROW > box.scrollTop + box.clientHeight) {
        box.scrollTop = top + ROW - box.clientHeight;
      }
      input.setAttribute("aria-activedescendant", `row-${active}`);
    } else input.removeAttribute("aria-activedescendant");
    render();
  }

  function step(by) {
    const towards = Math.sign(by);
    let index = active < 0 ? (towards > 0 ? -1 : rows.length) : active;
    let landed = active;
    for (let left = Math.abs(by); left > 0; left -= 1) {
      do index += towards; while (index >= 0 && index < rows.length && !selectable(index));
      if (!selectable(index)) break;
      landed = index;
    }
    if (landed >= 0) moveTo(landed);
  }

  box.addEventListener("scroll", render, { passive: true });
  new ResizeObserver(render).observe(box);

  return {
    step,
    page: () => Math.max(1, Math.floor(box.clientHeight / ROW) - 1),
    pick() {
      if (selectable(active)) onPick(rows[active]);
    },
    // Shows other rows, with none or the first of them active.
    show(next, { first } = {}) {
      const options = next.filter((row) => row.hash !== undefined);
      options.forEach((row, index) => Object.assign(row, { of: options.length, position: index + 1 }));
      rows = next;
      shown.clear();
      canvas.replaceChildren();
      canvas.style.height = `${rows.length * ROW}px`;
      box.scrollTop = 0;
      moveTo(first ? rows.findIndex((row) => row.hash !== undefined) : -1);
    },
    // Marks the row of the page that is open, and brings it into sight.
    setCurrent(hash) {
      current = hash;
      const index = rows.findIndex((row) => row.hash === hash);
      const top = index * ROW;
      if (index >= 0 && (top < box.scrollTop || top + ROW > box.scrollTop + box.clientHeight)) {
        box.scrollTop = Math.max(0, top - box.clientHeight / 3);
      }
      render();
    },
  };
}
