import { unzip } from "fflate";
import { Refusal } from "./refusal.js";

/** What a zip may hold. */
export interface ZipLimits {
  /** Bytes of all files, unpacked. */
  readonly files: number;
  readonly number: number;
}

const isFolder = (name: string): boolean => name.endsWith("/");

/**
 * The files of a zip by their names, folders left out. Throws a Refusal for what is no zip, or holds more than it may, before
 * anything of it is unpacked.
 */
export async function unzipped(
  bytes: Uint8Array,
  limits: ZipLimits,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const names: string[] = [];
  let size = 0;
  const files = await new Promise<Record<string, Uint8Array>>((resolve, reject) => {
    const filter = ({ name, originalSize }: { name: string; originalSize: number }): boolean => {
      names.push(name);
      size += originalSize;
      if (names.length > limits.number)
        throw new Refusal(413, `the zip holds more than ${limits.number.toLocaleString("en-US")} files`);
      if (size > limits.files)
        throw new Refusal(413, `what is in the zip takes more than ${limits.files / 2 ** 30} GiB`);
      return !isFolder(name);
    };
    try {
      unzip(bytes, { filter }, (error, found) => {
        if (error !== null) reject(new Refusal(422, `it is no zip, or a damaged one: ${error.message}`));
        else resolve(found);
      });
    } catch (error) {
      reject(error instanceof Refusal ? error : new Refusal(422, "it is no zip, or a damaged one"));
    }
  });
  if (new Set(names).size < names.length) throw new Refusal(422, "the zip holds a file twice");
  return new Map(Object.entries(files));
}
