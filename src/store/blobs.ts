import { createHash } from "node:crypto";
import { UserError } from "../tensor/index.js";
import type { Store } from "./store.js";

/** A content in a store by what it is: its SHA-256 and its length. */
export interface Blob {
  /** 64 hexadecimal digits. */
  readonly sha256: string;
  readonly bytes: number;
}

/** The SHA-256 of a content, 64 hexadecimal digits. */
export function sha256(content: Uint8Array | string): string {
  return createHash("sha256").update(content).digest("hex");
}

/** What a content is. */
export function blobOf(content: Uint8Array): Blob {
  return { sha256: sha256(content), bytes: content.length };
}

/** Where a content of a SHA-256 lies in a store. */
export function blobKey(hash: string): string {
  if (!/^[0-9a-f]{64}$/.test(hash)) throw new UserError(`"${hash.slice(0, 80)}" is no SHA-256`);
  return `blobs/${hash.slice(0, 2)}/${hash}`;
}

/** Keeps a content under its SHA-256, which may be known already. Whoever keeps the same again changes nothing. */
export async function putBlob(store: Store, content: Uint8Array, blob = blobOf(content)): Promise<Blob> {
  await store.putIfAbsent(blobKey(blob.sha256), content);
  return blob;
}

/** Reads a content and checks it. Throws a UserError if it is missing or is another than its SHA-256 says. */
export async function getBlob(store: Store, { sha256: hash, bytes }: Blob): Promise<Uint8Array> {
  const content = await store.get(blobKey(hash));
  if (content === undefined) throw new UserError(`${store.place}: ${blobKey(hash)} is missing`);
  if (content.length === bytes && sha256(content) === hash) return content;
  throw new UserError(
    `${store.place}: ${blobKey(hash)} is damaged: its SHA-256 is another than its name says; remove it, and run again`,
  );
}

/** Plain data as bytes that are the same for the same data: fields in the order of their names. */
export function canonical(value: unknown): Uint8Array {
  const ordered = (_: string, one: unknown): unknown =>
    typeof one === "object" && one !== null && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)))
      : one;
  return new TextEncoder().encode(`${JSON.stringify(value, ordered)}\n`);
}
