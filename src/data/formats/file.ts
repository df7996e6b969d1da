import { open } from "node:fs/promises";
import { fileError } from "../files.js";
import { isGzip } from "../idx.js";
import { beginningOf } from "./array-bytes.js";
import { type Packed, unpacked } from "./packed.js";

/** A file as it lies there, or gzipped: told by its first bytes, not by its name. Throws a UserError if it can't be read. */
export async function packedFile(path: string): Promise<Packed> {
  const file = await open(path, "r").catch((cause: unknown) => {
    throw fileError(cause, `read ${path}`);
  });
  try {
    const head = new Uint8Array(2);
    const { bytesRead } = await file.read(head, 0, 2, 0);
    const { size } = await file.stat();
    const packing = bytesRead === 2 && isGzip(head) ? "gzip" : "none";
    return { path, place: path, start: 0, length: size, packing };
  } catch (cause) {
    throw fileError(cause, `read ${path}`);
  } finally {
    await file.close();
  }
}

/** The first bytes of a file, unpacked if it is gzipped; nothing if it can't be unpacked. */
export async function unpackedBeginning(path: string, length: number): Promise<Uint8Array> {
  const packed = await packedFile(path);
  return beginningOf(() => unpacked(packed), length);
}
