// Writes what each entry point exports, with signatures, to api/*.api.md; with --check says what has changed instead.
//   npm run api              accept the surface as it is in dist/
//   node scripts/api.mjs --check
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { entryPoints, unexportedTypes } from "./api-surface.mjs";
import { reportOf } from "./api-report.mjs";
import { root } from "./tools.mjs";

const check = process.argv.includes("--check");
const folder = path.join(root, "api");
if (!check) mkdirSync(folder, { recursive: true });

/** The lines that only one of two texts has, the first of them. */
function changes(before, after, most = 20) {
  const [old, now] = [before, after].map((text) => text.split("\n"));
  const only = (lines, others, mark) => {
    const known = new Set(others);
    return lines.filter((line) => !known.has(line)).map((line) => `  ${mark} ${line}`);
  };
  const all = [...only(old, now, "-"), ...only(now, old, "+")];
  return all.length > most ? [...all.slice(0, most), `  ... ${all.length - most} lines more`] : all;
}

let failed = false;
const entries = entryPoints();
for (const [i, entry] of entries.entries()) {
  const missing = unexportedTypes(entry, entries);
  for (const line of missing) console.error(`${entry.name}: ${line}`);
  failed ||= missing.length > 0;
  const file = path.join(folder, `${entry.file}.api.md`);
  const text = reportOf(entry, entries.slice(0, i));
  if (!check) {
    writeFileSync(file, text);
    continue;
  }
  const committed = existsSync(file) ? readFileSync(file, "utf8") : "";
  if (committed === text) continue;
  failed = true;
  console.error(`${entry.name}: the public surface is not what api/${entry.file}.api.md says`);
  console.error(changes(committed, text).join("\n"));
  console.error("If that is meant, accept it with `npm run api` and commit the file.");
}
if (failed) process.exitCode = 1;
