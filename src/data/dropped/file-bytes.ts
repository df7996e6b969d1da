import { UserError } from "../../tensor/index.js";
import type { StoredBytes, Unpacked } from "../formats/array-bytes.js";
import { gzipError, isGzip } from "../idx.js";
import type { TextBytes } from "../table/delimited.js";
import type { PlacedFile } from "./some-file.js";

/** How reading a file is followed and stopped. */
export interface Watch {
  readonly signal?: AbortSignal | undefined;
  /** Told of bytes that were read of the file. */
  readonly onBytes?: (count: number) => void;
}

/** Bytes that are read at a time. */
const pieceBytes = 1 << 20;

/** What is thrown for a file that the browser can't read. */
export function unreadable(path: string, cause: unknown): Error {
  if (cause instanceof UserError) return cause;
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new UserError(
    `can't read ${path} (${reason}): it may have been changed or removed since it was chosen; choose it again`,
    1,
    { cause },
  );
}

/** A part of a file. Throws a UserError that names it. */
export async function bytesOf({ path, file }: PlacedFile, start = 0, end = file.size): Promise<Uint8Array> {
  try {
    return new Uint8Array(await file.slice(start, end).arrayBuffer());
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

async function* rawPieces(file: PlacedFile, { signal, onBytes }: Watch): AsyncGenerator<Uint8Array, void> {
  for (let start = 0; start < file.file.size; start += pieceBytes) {
    signal?.throwIfAborted();
    const piece = await bytesOf(file, start, Math.min(file.file.size, start + pieceBytes));
    onBytes?.(piece.length);
    yield piece;
  }
  signal?.throwIfAborted();
}

/** Bytes through a decompressor that browsers and Node have. What the source throws comes as it is. */
export async function* decompressed(
  pieces: AsyncIterator<Uint8Array, void>,
  format: "gzip" | "deflate",
): AsyncGenerator<Uint8Array, void> {
  let thrown: { readonly cause: unknown } | undefined;
  const source = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const next = await pieces.next();
        if (next.done === true) controller.close();
        else controller.enqueue(next.value);
      } catch (cause) {
        thrown = { cause };
        controller.error(cause);
      }
    },
    cancel: async () => void (await pieces.return?.()),
  });
  const reader = source.pipeThrough(new DecompressionStream(format)).getReader();
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
  } catch (cause) {
    throw thrown === undefined ? cause : thrown.cause;
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

/** Whether a file is gzipped, by its first bytes. */
export async function isPackedFile(file: PlacedFile): Promise<boolean> {
  return isGzip(await bytesOf(file, 0, 2));
}

/** A file's bytes, unpacked if it is `packed`, piece by piece. Throws a UserError that names it, or the signal's reason. */
export async function* piecesOf(
  file: PlacedFile,
  packed: boolean,
  watch: Watch,
): AsyncGenerator<Uint8Array, void> {
  const raw = rawPieces(file, watch);
  if (!packed) return yield* raw;
  try {
    yield* decompressed(raw, "gzip");
  } catch (cause) {
    watch.signal?.throwIfAborted();
    throw gzipError(cause, file.path);
  }
}

/** A file as the arrays' formats want it. */
export async function storedIn(
  file: PlacedFile,
  watch: Watch,
): Promise<{ stored: StoredBytes; bytes: Unpacked }> {
  const packed = await isPackedFile(file);
  return {
    stored: { place: file.path, length: file.file.size, packing: packed ? "gzip" : "none" },
    bytes: () => piecesOf(file, packed, watch),
  };
}

/** A file as tables of text want it. */
export async function textIn(file: PlacedFile, watch: Watch): Promise<TextBytes> {
  const packed = await isPackedFile(file);
  return {
    place: file.path,
    stamp: `${file.path} ${file.file.size} ${file.file.lastModified ?? 0}`,
    async beginning(length) {
      const bytes = new Uint8Array(length);
      let filled = 0;
      for await (const piece of piecesOf(file, packed, { signal: watch.signal })) {
        const part = piece.subarray(0, length - filled);
        bytes.set(part, filled);
        filled += part.length;
        if (filled === length) break;
      }
      return { bytes: bytes.slice(0, filled), whole: filled < length };
    },
    pieces: () => piecesOf(file, packed, watch),
    failure: (cause) => (watch.signal?.aborted === true ? (cause as Error) : unreadable(file.path, cause)),
  };
}
