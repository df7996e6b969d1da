import { type FileHandle, open, rename, stat } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../tensor/index.js";
import { errorCode, fileError, makeFolder } from "./files.js";
import { claimPart, discardPart } from "./part-file.js";

/** How far a download is. */
export interface DownloadProgress {
  /** The file that is being made, its base name. */
  readonly file: string;
  readonly url: string;
  /** Bytes there are, those of earlier attempts included. */
  readonly received: number;
  /** Bytes of the whole; missing if the server doesn't say. */
  readonly total?: number;
}

/** Options of `download`. */
export interface DownloadOptions {
  /** Addresses of the same file, tried in order. */
  readonly urls: readonly string[];
  /** Where the file goes; its folder is created. */
  readonly file: string;
  /** Looks at the finished file before it gets its name; throws if it is not the right one. */
  readonly verify: (path: string) => Promise<void>;
  readonly onProgress?: (progress: DownloadProgress) => void;
  /** Stops the download with the signal's reason; what has arrived is kept and resumed next time. */
  readonly signal?: AbortSignal;
  /** Milliseconds without a byte after which a server is given up. Default 30,000. */
  readonly stallTimeout?: number;
  /** How often all addresses are tried. Default 3. */
  readonly rounds?: number;
  /** Milliseconds between two rounds. Default 1,000. */
  readonly retryDelay?: number;
}

/** A failure of one address: `gone` if asking again is useless. */
class SourceError extends Error {
  constructor(
    message: string,
    readonly gone: boolean,
  ) {
    super(message);
  }
}

async function sizeOfFile(path: string): Promise<number> {
  return stat(path).then(
    (info) => info.size,
    () => 0,
  );
}

/** Bytes of the whole file, as a response says; undefined if it doesn't or if its body is transcoded. */
function totalOf(response: Response, from: number): number | undefined {
  if ((response.headers.get("content-encoding") ?? "identity") !== "identity") return undefined;
  const length = response.headers.get("content-length");
  return length === null ? undefined : from + Number(length);
}

/** Whether a 206 response begins at `from` and is of the bytes that are stored. */
function continues(response: Response, from: number): boolean {
  const start = /^bytes (\d+)-/.exec(response.headers.get("content-range") ?? "")?.[1];
  return Number(start) === from && !response.headers.has("content-encoding");
}

/** Fetches what is missing of a part file from one address; returns when the server says it is whole. */
async function fetchInto(part: string, url: string, options: DownloadOptions): Promise<void> {
  const { signal, onProgress, stallTimeout = 30_000, file } = options;
  const stalled = new AbortController();
  const timer = setTimeout(
    () => stalled.abort(new SourceError(`no byte for ${stallTimeout / 1000} s`, false)),
    stallTimeout,
  );
  let out: FileHandle | undefined;
  try {
    let from = await sizeOfFile(part);
    const response = await fetch(url, {
      headers: { "accept-encoding": "identity", ...(from > 0 ? { range: `bytes=${from}-` } : {}) },
      signal: signal === undefined ? stalled.signal : AbortSignal.any([signal, stalled.signal]),
    });
    if (response.status === 416 && from > 0) {
      await response.body?.cancel();
      if (response.headers.get("content-range") === `bytes */${from}`) return;
      await discardPart(part);
      throw new SourceError("the server has fewer bytes than an earlier download got", false);
    }
    if (!response.ok || response.body === null) {
      await response.body?.cancel();
      const busy = response.status === 408 || response.status === 429 || response.status >= 500;
      throw new SourceError(`HTTP status ${response.status}`, !busy);
    }
    if (response.status === 206 && !continues(response, from)) {
      await response.body.cancel();
      await discardPart(part);
      throw new SourceError("the server sent another range than it was asked for", false);
    }
    if (response.status !== 206) from = 0;
    const total = totalOf(response, from);
    out = await open(part, from > 0 ? "r+" : "w");
    let received = from;
    const report = (): void =>
      onProgress?.({ file: basename(file), url, received, ...(total === undefined ? {} : { total }) });
    report();
    for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
      await out.write(chunk, 0, chunk.length, received);
      received += chunk.length;
      timer.refresh();
      report();
    }
    if (total !== undefined && received !== total) {
      throw new SourceError(`the connection ended after ${received} of ${total} bytes`, false);
    }
    await out.sync();
  } catch (error) {
    signal?.throwIfAborted();
    throw stalled.signal.aborted ? stalled.signal.reason : error;
  } finally {
    clearTimeout(timer);
    await out?.close();
  }
}

/** What went wrong at an address, in a few words. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof UserError || error instanceof SourceError) return error.message;
  const cause = error.cause instanceof Error ? error.cause : undefined;
  return cause?.message || errorCode(cause) || error.message;
}

/** Errors of the disk, which no other address can mend. */
function isDiskError(error: unknown): boolean {
  return error instanceof Error && "syscall" in error && errorCode(error) !== undefined;
}

/** Tries one address for as long as every attempt brings more bytes; throws if it can't give the right file. */
async function tryUrl(part: string, url: string, options: DownloadOptions): Promise<void> {
  for (;;) {
    const before = await sizeOfFile(part);
    try {
      await fetchInto(part, url, options);
    } catch (error) {
      options.signal?.throwIfAborted();
      if (isDiskError(error)) throw error;
      const grown = (await sizeOfFile(part)) > before;
      const gone = error instanceof SourceError && error.gone;
      if (grown && !gone) continue;
      throw error;
    }
    try {
      await options.verify(part);
      return;
    } catch (error) {
      await discardPart(part);
      // A resumed file may be of two different ones; only a file from a single source proves the source wrong.
      if (before > 0) continue;
      const reason = describe(error).replaceAll(part, basename(options.file));
      throw new SourceError(`it sent something else: ${reason}`, true);
    }
  }
}

/**
 * Downloads a file from the first of several addresses that gives the right one. It goes on where an earlier
 * attempt stopped (HTTP Range) and gets its name by a rename only after `verify` accepted the whole, so that
 * whatever is at `file` is right. Unfinished parts are kept beside it as `*.part`.
 *
 * @throws the signal's reason if aborted; UserError if the disk refuses, or if every address failed (its
 * message has a line for each).
 */
export async function download(options: DownloadOptions): Promise<void> {
  const { file, urls, rounds = 3, retryDelay = 1000, signal } = options;
  signal?.throwIfAborted();
  const failures = new Map<string, { reason: string; gone: boolean }>();
  let release: (() => void) | undefined;
  try {
    await makeFolder(dirname(file));
    const part = await claimPart(file);
    release = part.release;
    for (let round = 0; round < rounds; round++) {
      const left = urls.filter((url) => failures.get(url)?.gone !== true);
      if (round > 0 && left.length > 0) await sleep(retryDelay, undefined, signal ? { signal } : {});
      for (const url of left) {
        try {
          await tryUrl(part.path, url, options);
          await rename(part.path, file);
          return;
        } catch (error) {
          signal?.throwIfAborted();
          if (isDiskError(error)) throw error;
          failures.set(url, { reason: describe(error), gone: error instanceof SourceError && error.gone });
        }
      }
    }
  } catch (cause) {
    signal?.throwIfAborted();
    throw fileError(cause, `write to ${dirname(file)}`);
  } finally {
    release?.();
  }
  if (urls.length === 0) throw new UserError(`${basename(file)}: there is no address to download it from`);
  const lines = [...failures].map(([url, { reason }]) => `  ${url}: ${reason}`);
  throw new UserError([`${basename(file)} could not be downloaded:`, ...lines].join("\n"));
}
