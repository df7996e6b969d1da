import { readdir, realpath, stat } from "node:fs/promises";
import path from "node:path";
import {
  checkedQuery,
  isOfPictures,
  isPattern,
  isPictureName,
  isQuery,
  manyFiles,
  matching,
} from "../data/index.js";
import { readRunConfig } from "../runs/index.js";
import { UserError } from "../tensor/index.js";

/** A path as the system resolves it, also if nothing is there yet. */
async function realOf(file: string): Promise<string> {
  const full = path.resolve(file);
  return realpath(full).catch(async () => {
    const folder = path.dirname(full);
    return folder === full ? full : path.join(await realOf(folder), path.basename(full));
  });
}

const isThere = (file: string): Promise<boolean> =>
  stat(file).then(
    () => true,
    () => false,
  );

const arrays = /(train|test|t10k|val|images|labels|[xy]_)[^/\\]*\.np[yz]$|-ubyte$/i;

/** Whether a file, by its real path, is one of those that a source of data stands for. */
async function isOf(source: string, out: string): Promise<boolean> {
  const inside = (folder: string): boolean => out.startsWith(folder.replace(/[/\\]*$/, path.sep));
  if (!(await isThere(source)) && isQuery(source)) {
    const query = await checkedQuery(source, undefined).catch(() => undefined);
    return query !== undefined && (query.files.includes(out) || query.folders.some(inside));
  }
  const plain = (await isThere(source)) ? source : source.replace(/#[^#]+$/, "");
  if (await isPattern(plain)) {
    const { dir, base } = path.parse(path.resolve(plain));
    return path.dirname(out) === (await realOf(dir)) && matching(base, [path.basename(out)]).length > 0;
  }
  const real = await realOf(plain);
  if (out === real) return true;
  if (!inside(real)) return false;
  if ((await manyFiles(real).catch(() => undefined)) !== undefined) return true;
  if (await isOfPictures(real)) return isPictureName(out);
  // what a folder of arrays holds besides them is no data
  return arrays.test(out) && (await readdir(real)).includes(path.basename(out));
}

/** What a run in a folder, or the run that a model's folder lies in, was trained on. */
async function trainedOn(folder: string | undefined): Promise<unknown[]> {
  if (folder === undefined) return [];
  const config =
    (await readRunConfig(folder).catch(() => undefined)) ??
    (await readRunConfig(path.dirname(path.resolve(folder))).catch(() => undefined));
  return [config?.source, config?.heldOut];
}

/**
 * Throws the UserError of wrong usage for files to write, by option, that are data which the command reads or the run in `folder` was
 * trained on, or of which two are the same. Call it before anything is read or written.
 */
export async function requireKept(
  outs: Readonly<Record<string, string | undefined>>,
  reads: readonly unknown[],
  folder?: string,
): Promise<void> {
  const own = await trainedOn(folder);
  const told = reads.filter((source) => source !== undefined);
  const taken = new Map<string, string>();
  for (const [option, out] of Object.entries(outs)) {
    if (out === undefined) continue;
    const refused = (why: string): UserError =>
      new UserError(`--${option} ${out} ${why}; give another --${option}`, 2);
    const real = await realOf(out);
    const other = taken.get(real);
    if (other !== undefined) throw refused(`is the file of --${other} too`);
    taken.set(real, option);
    for (const source of [...told, ...own]) {
      if (typeof source !== "string" || !(await isOf(source, real))) continue;
      const whose = told.includes(source) ? "the command reads" : "the run was trained on";
      throw refused(`would overwrite or mix with ${source}, which ${whose}`);
    }
  }
}
