// Opens a page in chromium, does the steps that stdin names, and prints what they found as JSON.
// Usage: node drive.mjs PLAYWRIGHT CHROMIUM PAGE < steps.json
// Output: {"found": [...], "complaints": [...]}: complaints are requests for anything but the page,
// messages on its console, and errors. Nothing of it depends on the clock.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [playwright, chromium, page_file] = process.argv.slice(2);
const steps = JSON.parse(readFileSync(0, "utf8"));
const address = pathToFileURL(page_file).href;
const flags = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync",
];

const engine = createRequire(import.meta.url)(playwright).chromium;
const browser = await engine.launch({ executablePath: chromium, args: flags });
const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
page.setDefaultTimeout(10_000);

const complaints = [];
page.on("request", (request) => {
  if (request.url().split("#")[0] !== address) complaints.push(`request: ${request.url().slice(0, 200)}`);
});
page.on("console", (message) => complaints.push(`console: ${message.text()}`));
page.on("pageerror", (error) => complaints.push(`error: ${error.message}`));

// Whatever was begun by a step (routing, drawing, watching) has happened two frames later.
const settle = () => page.evaluate(() => new Promise((done) => {
  requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 30)));
}));

const texts = (selector) => page.locator(selector).evaluateAll((elements) =>
  elements.map((element) => element.textContent.replace(/\s+/g, " ").trim()));

const actions = {
  open: async (hash) => {
    await page.goto(address + hash);
    await page.reload();
  },
  press: (...keys) => keys.reduce((before, key) => before.then(() => page.keyboard.press(key)), Promise.resolve()),
  type: (text) => page.keyboard.type(text),
  click: (selector) => page.locator(selector).first().click(),
  hover: (selector) => page.locator(selector).first().hover(),
  size: (width, height) => page.setViewportSize({ width, height }),
  media: (options) => page.emulateMedia(options),
  texts,
  count: (selector) => page.locator(selector).count(),
  visible: (selector) => page.locator(selector).first().isVisible(),
  focused: () => page.evaluate(() => {
    const element = document.activeElement;
    return element.id || element.getAttribute("aria-label") || element.textContent;
  }),
  style: (selector, property) => page.locator(selector).first().evaluate(
    (element, name) => getComputedStyle(element)[name], property),
  attributes: (selector, name) => page.locator(selector).evaluateAll(
    (elements, attribute) => elements.map((element) => element.getAttribute(attribute)), name),
  ask: (expression) => page.evaluate(expression),
  // Playwright's PDF is a true print: beforeprint runs, print styles hold. Gives its pages.
  pdf: async () => {
    const file = (await page.pdf()).toString("latin1");
    return (file.match(/\/Type\s*\/Page\b(?!s)/g) || []).length;
  },
  screenshot: (path) => page.screenshot({ path }).then(() => undefined),
};
const asks = new Set(["texts", "count", "visible", "focused", "style", "attributes", "ask", "pdf"]);

const found = [];
try {
  for (const [name, ...options] of steps) {
    const answer = await actions[name](...options);
    if (asks.has(name)) found.push(answer);
    else await settle();
  }
} finally {
  await browser.close();
}
process.stdout.write(JSON.stringify({ found, complaints }));
