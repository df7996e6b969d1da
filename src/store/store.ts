import { UserError } from "../tensor/index.js";

/**
 * A place for artefacts that several machines share: contents under keys, each written once and never changed. What is
 * there is whole: nobody sees a part of a content.
 */
export interface Store {
  /** What the store is called in messages: a folder's path or `s3://bucket/prefix`, no secrets. */
  readonly place: string;
  /**
   * Keeps a content unless its key is taken. Returns whether it was kept. Throws a UserError if it can't be written. It gets its name
   * only once `after` has been fulfilled, though it may be on its way before; throws what that is rejected with.
   */
  putIfAbsent(key: string, content: Uint8Array, after?: Promise<unknown>): Promise<boolean>;
  /** A content, or undefined if there is none. Throws a UserError if it can't be read. */
  get(key: string): Promise<Uint8Array | undefined>;
  /** Whether there is a content. */
  has(key: string): Promise<boolean>;
  /** A content bit by bit, for those too large for memory; undefined if there is none. */
  stream(key: string): Promise<AsyncIterable<Uint8Array> | undefined>;
  /** All keys that begin with `prefix` and a slash, in the order of their characters. */
  list(prefix: string): Promise<string[]>;
}

const segment = /^[A-Za-z0-9_][A-Za-z0-9._=-]{0,199}$/;

/** Whether a text can be a key: names of plain characters between slashes, none of which leads elsewhere. */
export function isKey(key: string): boolean {
  return key.length <= 900 && key.split("/").every((part) => segment.test(part));
}

/** Throws the UserError for a text that can't be a key. */
export function requireKey(key: string): string {
  if (isKey(key)) return key;
  throw new UserError(
    `${JSON.stringify(key.slice(0, 100))} can't be the name of something in a store: names are letters, digits and ._=- ` +
      "between slashes",
  );
}
