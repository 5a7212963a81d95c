// Parses the diagrams of a JSON array on standard input with Mermaid's own parser, and writes a
// JSON array: null for each that is one, else what the parser says.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { join } from "node:path";

const require = createRequire(join(process.argv[2], "package.json"));
const { JSDOM } = require("jsdom");
const { window } = new JSDOM("");
globalThis.window = window;
globalThis.document = window.document;
const { default: mermaid } = await import(pathToFileURL(require.resolve("mermaid")).href);
const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const answers = [];
for (const text of JSON.parse(Buffer.concat(chunks).toString())) {
  try {
    await mermaid.parse(text);
    answers.push(null);
  } catch (error) {
    answers.push(String(error.message ?? error));
  }
}
process.stdout.write(JSON.stringify(answers));
