import { createReadStream } from "node:fs";
import { crc32, createGunzip, createInflateRaw } from "node:zlib";
import { UserError } from "../../tensor/index.js";
import { errorCode, fileError } from "../files.js";
import type { StoredBytes } from "./array-bytes.js";

/** A stretch of a file, packed or not: a whole file, or a member of an archive. */
export interface Packed extends StoredBytes {
  readonly path: string;
  /** Bytes before the stretch. */
  readonly start: number;
  /** Checksum of the unpacked bytes, where that is written down. */
  readonly crc?: number;
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
