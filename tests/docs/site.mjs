// Opens each page of the site in chromium: light on a desk, and dark, by the button, on a phone.
// Usage: node site.mjs PLAYWRIGHT CHROMIUM ADDRESS PAGE… < /dev/null
// Output: {"complaints": [...], "found": [...]}: complaints are requests that leave the address,
// answers that are no success, messages on a console, and what is wider than the screen; found are
// the titles that a search for "tenancy" shows.

import { createRequire } from "node:module";

const [playwright, chromium, address, ...pages] = process.argv.slice(2);
const flags = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync",
];
const screens = [
  { name: "desk", colorScheme: "light", viewport: { width: 1280, height: 900 } },
  { name: "phone", colorScheme: "dark", viewport: { width: 390, height: 844 } },
];

const engine = createRequire(import.meta.url)(playwright).chromium;
const browser = await engine.launch({ executablePath: chromium, args: flags });
const complaints = [];
let found = [];

const page = await browser.newPage(screens[0]);
let screen = "";
const complain = (what) => complaints.push(`${screen} ${new URL(page.url()).pathname}: ${what}`);
page.setDefaultTimeout(60_000);
page.on("request", (request) => {
  if (!request.url().startsWith(address)) complain(`request: ${request.url().slice(0, 200)}`);
});
page.on("response", (response) => {
  if (response.status() >= 400) complain(`${response.status()}: ${response.url()}`);
});
page.on("console", (message) => complain(`console: ${message.text()}`));
page.on("pageerror", (error) => complain(`error: ${error.message}`));

const measure = () => page.evaluate(() => new Promise((done) => {
  requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    const background = getComputedStyle(document.body).backgroundColor;
    done({ wider: scrollWidth - clientWidth, light: Number(background.match(/\d+/)[0]) > 128 });
  }, 30)));
}));

// A page that has been made wider or narrower is laid out anew in steps: only what lasts counts.
const look = async (light) => {
  let seen = await measure();
  for (let tries = 0; tries < 40 && (seen.wider > 0 || seen.light !== light); tries += 1) {
    seen = await measure();
  }
  return seen;
};

const toggle = () => page.evaluate(() => {
  document.querySelector('[data-md-component="palette"] label:not([hidden])').click();
});

try {
  for (const path of pages) {
    screen = "load";
    await page.setViewportSize(screens[0].viewport);
    await page.goto(address + path, { waitUntil: "load" });
    for (const { name, colorScheme, viewport } of screens) {
      screen = name;
      await page.setViewportSize(viewport);
      if (colorScheme === "dark") await toggle();
      const { wider, light } = await look(colorScheme === "light");
      if (wider > 0) complain(`${wider} px wider than the screen`);
      if (light !== (colorScheme === "light")) complain(`not ${colorScheme}`);
      if (colorScheme === "dark") await toggle();
    }
  }
  screen = "search";
  await page.setViewportSize(screens[0].viewport);
  await page.goto(`${address}index.html`, { waitUntil: "load" });
  await page.click(".md-search__input");
  await page.keyboard.type("tenancy");
  await page.locator(".md-search-result__item").first().waitFor();
  found = await page.locator(".md-search-result__item h1").allTextContents();
} finally {
  await browser.close();
}
process.stdout.write(JSON.stringify({ complaints, found }));
