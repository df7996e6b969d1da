import { createReadStream } from "node:fs";
import { crc32, createGunzip, createInflateRaw } from "node:zlib";
import { UserError } from "../../tensor/index.js";
import { errorCode, fileError } from "../files.js";
import { MAX_GZIP_RATIO } from "../idx.js";

/** A stretch of a file, packed or not: a whole file, or a member of an archive. */
export interface Packed {
  readonly path: string;
  /** For messages: the file's path, and the member's name if it is one. */
  readonly place: string;
  /** Bytes before the stretch. */
  readonly start: number;
  /** Bytes of it in the file. */
  readonly length: number;
  readonly packing: "none" | "gzip" | "deflate";
  /** Bytes once unpacked, where that is written down. */
  readonly size?: number;
  /** Checksum of the unpacked bytes, where that is written down. */
  readonly crc?: number;
}

/** The most bytes that a stretch can hold, so that no memory is reserved for what can't be there. */
export function mostBytes({ length, packing, size }: Packed): number {
  return Math.min(size ?? Infinity, packing === "none" ? length : length * MAX_GZIP_RATIO + 64);
}

/** What is wrong with a stretch that can't be unpacked. */
function damaged({ place, packing }: Packed, cause: unknown): UserError {
  if (cause instanceof UserError) return cause;
  const code = errorCode(cause);
  if (code !== undefined && !code.startsWith("Z_")) return fileError(cause, `read ${place}`);
  const reason = cause instanceof Error ? cause.message : String(cause);
  const what = packing === "gzip" ? "gzip file" : "part of a zip archive";
  return new UserError(`${place} is a damaged or cut off ${what} (${reason}): get it again`, 1, { cause });
}

/**
 * The unpacked bytes, piece by piece. Throws a UserError that names the place if it can't be read or is damaged, as far
 * as its form says; all bytes are seen before its checksum is.
 */
export async function* unpacked(packed: Packed): AsyncGenerator<Uint8Array, void> {
  const { path, place, start, length, packing, crc } = packed;
  if (length === 0) return;
  const file = createReadStream(path, { start, end: start + length - 1, highWaterMark: 1 << 18 });
  const unpacker =
    packing === "none"
      ? undefined
      : packing === "gzip"
        ? createGunzip({ chunkSize: 1 << 18 })
        : createInflateRaw({ chunkSize: 1 << 18 });
  if (unpacker !== undefined) file.on("error", (error) => unpacker.destroy(error)).pipe(unpacker);
  let sum = 0;
  try {
    for await (const chunk of (unpacker ?? file) as AsyncIterable<Uint8Array>) {
      if (crc !== undefined) sum = crc32(chunk, sum);
      yield chunk;
    }
  } catch (cause) {
    throw damaged(packed, cause);
  } finally {
    file.destroy();
    unpacker?.destroy();
  }
  if (crc !== undefined && sum !== crc) {
    throw new UserError(`${place} is damaged: its checksum is wrong. Get or write it again`);
  }
}

/** The first bytes, at most `length`. Throws as `unpacked`. */
export async function beginningOf(packed: Packed, length: number): Promise<Uint8Array> {
  const head = new Uint8Array(length);
  let filled = 0;
  for await (const chunk of unpacked(packed)) {
    const part = chunk.subarray(0, length - filled);
    head.set(part, filled);
    filled += part.length;
    if (filled === length) break;
  }
  return head.subarray(0, filled);
}
