import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, readdir, realpath, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { cacheFolder, fileError, isPattern, manyFiles } from "../data/index.js";
import { type Blob, getBlob, sha256, type Store } from "../store/index.js";
import { UserError } from "../tensor/index.js";
import { isSourceName, savedFiles, type SourceOfRun } from "./protocol.js";

async function hashOfFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash);
  return hash.digest("hex");
}

async function filesIn(folder: string): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) found.push(...(await filesIn(path)));
    else found.push(path);
  }
  return found.sort();
}

/** A line for each file: its name in a folder, and its SHA-256. */
async function hashedLines(files: readonly string[], folder: string): Promise<string[]> {
  const lines: string[] = [];
  for (const file of files) lines.push(`${relative(folder, file)} ${await hashOfData(file)}`);
  return lines;
}

const known = new Map<string, { readonly stamp: string; readonly hash: string }>();

/** The SHA-256 of a file, or of all names and files in a folder or of a pattern; read again only if size or time have changed. */
export async function hashOfData(path: string): Promise<string> {
  try {
    const found = (await isPattern(path)) ? undefined : await stat(path);
    if (found === undefined) {
      const many = await manyFiles(path);
      return sha256((await hashedLines(many?.paths ?? [], dirname(path))).join("\n"));
    }
    if (found.isDirectory()) {
      return sha256((await hashedLines(await filesIn(path), path)).join("\n"));
    }
    const stamp = `${found.dev} ${found.ino} ${found.size} ${found.mtimeMs}`;
    const before = known.get(path);
    if (before?.stamp === stamp) return before.hash;
    const hash = await hashOfFile(path);
    known.set(path, { stamp, hash });
    return hash;
  } catch (cause) {
    throw fileError(cause, `read ${path}`);
  }
}

/** Where a path leads once links are followed; of a pattern, its folder, and the pattern. */
async function realPlace(path: string): Promise<string> {
  return (await isPattern(path)) ? join(await realpath(dirname(path)), basename(path)) : realpath(path);
}

/** The name of data below a root, as jobs may say it. Throws a UserError for data elsewhere. */
export async function nameBelow(root: string, path: string): Promise<string> {
  try {
    const [inside, found] = [await realpath(root), await realPlace(path)];
    const name = relative(inside, found).split(sep).join("/");
    if (name !== "" && isSourceName(name)) return name;
  } catch (cause) {
    throw fileError(cause, `read ${path}`);
  }
  throw new UserError(
    `${path} is not below ${resolve(root)}: give the folder that workers have too with --root DIR`,
    2,
  );
}

/** Whether a path, and those of many files that it stands for, lie in a folder once links are followed. */
async function isInside(base: string, path: string): Promise<boolean> {
  const within = (one: string | undefined): boolean =>
    one?.startsWith(base.endsWith(sep) ? base : base + sep) === true;
  if (!within(path)) return false;
  for (const file of (await manyFiles(path).catch(() => undefined))?.paths ?? [])
    if (!within(await realpath(file).catch(() => undefined))) return false;
  return true;
}

/** A path that a name stands for below one of some roots, once links are followed; undefined if there is none. */
async function below(roots: readonly string[], name: string): Promise<string | undefined> {
  for (const root of roots) {
    const base = await realpath(root).catch(() => undefined);
    if (base === undefined) continue;
    const found = await realPlace(join(base, ...name.split("/"))).catch(() => undefined);
    if (found !== undefined && (await isInside(base, found))) return found;
  }
  return undefined;
}

/** Brings an object of the store to this machine's cache, where its SHA-256 is checked. */
export async function fetched(
  store: Store,
  name: string,
  hash: string,
  folder = join(cacheFolder(), "store", hash),
): Promise<string> {
  const path = join(folder, basename(name));
  if ((await stat(path).catch(() => undefined)) !== undefined) return path;
  const content = await store.stream(name);
  if (content === undefined) throw new UserError(`${store.place} has no ${name}`);
  await mkdir(folder, { recursive: true });
  const part = `${path}.${process.pid}-fetched.part`;
  try {
    await pipeline(Readable.from(content), createWriteStream(part));
    if ((await hashOfFile(part)) !== hash)
      throw new UserError(`${store.place}: ${name} is another than it was when the run began`);
    await rename(part, path);
  } catch (cause) {
    throw fileError(cause, `fetch ${name}`);
  } finally {
    await rm(part, { force: true });
  }
  return path;
}

/** Brings the files of a list that the store keeps to a folder in this machine's cache. */
export async function fetchedFiles(store: Store, list: Blob): Promise<string> {
  const folder = join(cacheFolder(), "store", list.sha256);
  const files = savedFiles.safeParse(JSON.parse(new TextDecoder().decode(await getBlob(store, list))));
  if (!files.success) throw new UserError(`${store.place}: ${list.sha256} is no list of files`);
  for (const { key, sha256: hash } of files.data) await fetched(store, key, hash, folder);
  return folder;
}

/**
 * The path of a run's data on this machine, which are checked to be the same. Names come from outside: they are looked up below
 * this machine's own roots only. Throws a UserError that says which file is missing or another.
 */
export async function sourcePath(
  source: Exclude<SourceOfRun, { from: "mnist" }>,
  roots: readonly string[],
  store: Store,
): Promise<string> {
  if (source.from === "store-files") return fetchedFiles(store, source.list);
  const { from, name, sha256: hash } = source;
  if (from === "store") return fetched(store, name, hash);
  if (!isSourceName(name)) throw new UserError(`${JSON.stringify(name.slice(0, 80))} is no name of data`);
  const path = await below(roots, name);
  if (path === undefined)
    throw new UserError(
      `there is no ${name} below ${roots.join(", ") || "any root"}: start the worker with --root DIR`,
    );
  if ((await hashOfData(path)) === hash) return path;
  throw new UserError(`${path} is not what the run is about: its SHA-256 is another; bring it up to date`);
}
