import { readdir } from "node:fs/promises";
import path from "node:path";
import { runFiles } from "../runs/index.js";
import { fileInside } from "./inside.js";

/** Files of a run that are read, sent and taken in, by their names with slashes; all else in its folder is left alone. */
const known = new Set([
  ...[runFiles.config, runFiles.metrics, runFiles.last, runFiles.best, runFiles.report],
  ...[
    "model.json",
    "weights.safetensors",
    "encoder.onnx",
    "decoder.onnx",
    "classifier.onnx",
    "SHA256SUMS",
  ].map((name) => `${runFiles.model}/${name}`),
]);

const picture = /^[\p{L}\p{N}_][\p{L}\p{N}_.-]{0,99}\.(png|svg)$/u;

/** Whether a name is one of a run's pictures. */
export const isPicture = (name: string): boolean => picture.test(name);

/** Whether a file is one of those that a run's folder holds. */
export function isRunFile(name: string): boolean {
  const [folder, inner = "", ...rest] = name.split("/");
  return known.has(name) || (folder === runFiles.images && rest.length === 0 && isPicture(inner));
}

/**
 * The files of a run that are there: real paths by name. Throws a Refusal if one of them leads out of the folder or is no
 * plain file.
 */
export async function filesOf(folder: string): Promise<ReadonlyMap<string, string>> {
  const images = await readdir(path.join(folder, runFiles.images)).catch(() => []);
  const names = [...known, ...images.filter(isPicture).map((name) => `${runFiles.images}/${name}`)];
  const found = await Promise.all(names.map(async (name) => [name, await fileInside(folder, name)] as const));
  return new Map(found.flatMap(([name, file]) => (file === undefined ? [] : [[name, file]])));
}
