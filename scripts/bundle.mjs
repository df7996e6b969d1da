import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { rolldown } from "rolldown";
import { root } from "./tools.mjs";

const folder = path.join(root, "dist", "bundle");

/** What is loaded from node_modules when it is needed: native code, and what most commands never need. */
const external = [
  /^onnxruntime-/,
  "@resvg/resvg-js",
  "@observablehq/plot",
  "linkedom",
  "fast-png",
  "c12",
  "log-update",
];

/** The folder and name of the npm package that a file belongs to. */
function packageOf(file) {
  const found = /^(.*[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+))[\\/]/.exec(file);
  return found ? { folder: found[1], name: found[2].replace("\\", "/") } : undefined;
}

/** The licences of the packages whose code is in the bundle, which ask to go with it. */
function licences(files) {
  const packages = new Map(
    files
      .map(packageOf)
      .filter(Boolean)
      .map((found) => [found.name, found.folder]),
  );
  return [...packages].sort().map(([name, folder]) => {
    const { version, license } = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8"));
    const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
    const apache = "\n\nhttps://www.apache.org/licenses/LICENSE-2.0.txt";
    const text = file === undefined ? apache : `\n\n${readFileSync(path.join(folder, file), "utf8").trim()}`;
    return `${name} ${version}, ${license}${text}`;
  });
}

/**
 * Puts the compiled modules of Node's entry points into a few files in dist/bundle: to find, read and link some 500
 * modules took half of the command's starting time. What entry points share stays one file, so that each module is
 * there once, whoever imports it.
 */
export async function bundle() {
  if (existsSync(folder)) rmSync(folder, { recursive: true });
  const build = await rolldown({
    cwd: root,
    platform: "node",
    external,
    input: {
      main: "dist/cli/main.js",
      index: "dist/index.js",
      worker: "dist/runtime/worker.js",
      "device-probe": "dist/runtime/device-probe.js",
    },
  });
  const { output } = await build.write({
    dir: folder,
    format: "esm",
    entryFileNames: "[name].js",
    chunkFileNames: "[name]-[hash].js",
  });
  await build.close();
  const files = output.flatMap(({ moduleIds }) => moduleIds ?? []);
  writeFileSync(path.join(folder, "LICENSES.txt"), `${licences(files).join(`\n\n${"-".repeat(80)}\n\n`)}\n`);
}
