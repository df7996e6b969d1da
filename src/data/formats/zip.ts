import { UserError } from "../../tensor/index.js";
import { errorCode, fileError } from "../files.js";
import type { Packed } from "./packed.js";

/** A member of a zip archive. */
export interface Member {
  readonly name: string;
  readonly packed: Packed;
}

/** More members than this are no archive of arrays. */
const mostMembers = 10_000;

function damaged(path: string, cause: unknown): UserError {
  if (cause instanceof UserError) return cause;
  const code = errorCode(cause);
  if (code !== undefined && /^E[A-Z]+$/.test(code)) return fileError(cause, `read ${path}`);
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new UserError(`${path} is not a whole zip archive (${reason}): get or write it again`, 1, { cause });
}

/**
 * The members of a zip archive whose names end in `ending`, by its directory: nothing is unpacked. Throws a UserError
 * that names the file if it isn't one, or if such a member is encrypted or packed in another way than by deflate.
 */
export async function zipMembers(path: string, ending: string): Promise<Member[]> {
  const { default: yauzl } = await import("yauzl");
  try {
    const zip = await yauzl.openPromise(path, { autoClose: false });
    try {
      if (zip.entryCount > mostMembers) throw new Error(`its directory speaks of ${zip.entryCount} files`);
      const members: Member[] = [];
      for await (const entry of zip.eachEntry()) {
        const { fileName: name, compressionMethod: method, compressedSize, uncompressedSize, crc32 } = entry;
        if (!name.toLowerCase().endsWith(ending)) continue;
        const place = `${path}: ${name.slice(0, -ending.length)}`;
        if (entry.isEncrypted() || (method !== 0 && method !== 8)) {
          const how = entry.isEncrypted() ? "encrypted" : `packed by method ${method}`;
          throw new UserError(
            `${place} is ${how}; write the archive with numpy.savez or numpy.savez_compressed`,
          );
        }
        const { fileDataStart: start } = await zip.readLocalFileHeaderPromise(entry, { minimal: true });
        if (start + compressedSize > zip.fileSize)
          throw new Error(`${name} reaches beyond the end of the file`);
        const packing = method === 0 ? "none" : "deflate";
        if (packing === "none" && compressedSize !== uncompressedSize)
          throw new Error(`${name} has two sizes`);
        const packed = {
          path,
          place,
          start,
          length: compressedSize,
          packing,
          size: uncompressedSize,
          crc: crc32,
        };
        members.push({ name: name.slice(0, -ending.length), packed: packed as Packed });
      }
      return members;
    } finally {
      zip.close();
    }
  } catch (cause) {
    throw damaged(path, cause);
  }
}
