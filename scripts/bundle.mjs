import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { rolldown } from "rolldown";
import { root } from "./tools.mjs";

const folder = path.join(root, "dist", "bundle");

const notice = "LICENSES.txt";

/** What is loaded from node_modules when it is needed: native code, and what most commands never need. */
const external = [
  /^onnxruntime-/,
  "@duckdb/node-api",
  "node-sqlite3-wasm",
  "@resvg/resvg-js",
  "@observablehq/plot",
  "linkedom",
  "fast-png",
  "sharp",
  "jiti",
  "log-update",
];

/** The folder of the npm package that a file belongs to. */
function packageOf(file) {
  return /^(.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+)[\\/]/.exec(file)?.[1];
}

/** The notices that files begin with: theirs may be another licence than their package's. */
function notices(files) {
  const heads = files.map(
    (file) => /^(\/\/.*\n)+|^\/\*[^]*?\*\//.exec(readFileSync(file, "utf8"))?.[0] ?? "",
  );
  return [...new Set(heads.filter((head) => /copyright|licen[cs]e/i.test(head)))];
}

/** The text of a package's licence: its own file or, for Apache 2.0, of which there is but one text, TypeScript's. */
function licenceText(folder, license) {
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  if (file !== undefined) return readFileSync(path.join(folder, file), "utf8");
  if (!license.includes("Apache-2.0"))
    throw new Error(`${folder} has no licence file to put into the bundle`);
  return readFileSync(path.join(root, "node_modules/typescript/LICENSE.txt"), "utf8");
}

/** The licences of the packages whose code is in the bundle, which ask to go with it. */
function licences(files) {
  const packages = new Map();
  for (const file of files) {
    const found = packageOf(file);
    if (found !== undefined) packages.set(found, [...(packages.get(found) ?? []), file]);
  }
  return [...packages].sort().map(([folder, own]) => {
    const { name, version, license } = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8"));
    return [`${name} ${version}, ${license}`, licenceText(folder, license), ...notices(own)]
      .map((part) => part.trim())
      .join("\n\n");
  });
}

/**
 * Puts the compiled modules of Node's entry points into a few files in dist/bundle: to find, read and link some 500
 * modules took half of the command's starting time. What entry points share stays one file, so that each module is
 * there once, whoever imports it.
 */
export async function bundle() {
  const build = await rolldown({
    cwd: root,
    platform: "node",
    external,
    input: {
      main: "dist/cli/main.js",
      index: "dist/index.js",
      graph: "dist/graph-node.js",
      web: "dist/web.js",
      "latent-worker": "dist/runtime/worker.js",
      "device-probe": "dist/runtime/device-probe.js",
    },
  });
  const { output } = await build.write({
    dir: folder,
    format: "esm",
    entryFileNames: "[name].js",
    chunkFileNames: "[name].js",
  });
  await build.close();
  const made = new Set([...output.map(({ fileName }) => fileName), notice]);
  // Only now, and under names that stay: a command that is running may still load one of them.
  for (const file of readdirSync(folder)) if (!made.has(file)) rmSync(path.join(folder, file));
  const files = output.flatMap(({ moduleIds }) => moduleIds ?? []);
  writeFileSync(path.join(folder, notice), `${licences(files).join(`\n\n${"-".repeat(80)}\n\n`)}\n`);
}
