import { createHash } from "node:crypto";
import { basename } from "node:path";
import { isBeside, matching } from "../data/index.js";
import { canonical, putBlob, requireKey, type Store } from "../store/index.js";
import { UserError } from "../tensor/index.js";
import type { SourceOfRun } from "./protocol.js";
import { fetched, fetchedFiles } from "./sources.js";

/** Data out of a store: where they are here, and what workers are told of them. */
export interface FetchedData {
  readonly source: string;
  readonly stored: SourceOfRun;
}

async function hashIn(store: Store, key: string): Promise<string> {
  const content = await store.stream(key);
  if (content === undefined) throw new UserError(`${store.place} has no ${key}`);
  const hash = createHash("sha256");
  for await (const part of content) hash.update(part);
  return hash.digest("hex");
}

/** The keys right below a prefix, sorted, of which the last names match; marks of other programs are left out. */
async function keysBelow(store: Store, prefix: string, pattern: string): Promise<string[]> {
  const all = (await store.list(requireKey(prefix))).map((key) => key.slice(prefix.length + 1));
  const names = matching(
    pattern,
    all.filter((name) => !name.includes("/") && !isBeside(name)),
  );
  if (names.length > 0) return names.map((name) => `${prefix}/${name}`);
  throw new UserError(`${store.place} has nothing right below ${prefix}/ that is named like "${pattern}"`);
}

/**
 * Brings data out of a store to this machine's cache: an object by its key; all right below `prefix/`; or those whose last names
 * match, as in `prefix/*.parquet`. Throws a UserError if there are none of that name.
 */
export async function fetchToCache(store: Store, key: string): Promise<FetchedData> {
  const last = basename(key);
  if (!key.endsWith("/") && !/[*?]/.test(last)) {
    const sha256 = await hashIn(store, requireKey(key));
    return { source: await fetched(store, key, sha256), stored: { from: "store", name: key, sha256 } };
  }
  const prefix = key.replace(/\/[^/]*$/, "");
  const files: { key: string; sha256: string }[] = [];
  for (const own of await keysBelow(store, prefix, key.endsWith("/") ? "*" : last))
    files.push({ key: own, sha256: await hashIn(store, own) });
  const list = await putBlob(store, canonical(files));
  return { source: await fetchedFiles(store, list), stored: { from: "store-files", list } };
}
