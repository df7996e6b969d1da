import { basename, join } from "node:path";
import type { Entry } from "../../catalogue/index.js";
import { packedFile } from "./file.js";
import type { DataArray, DataFormat, FoundArray } from "./format.js";
import { meaningOfIdx } from "./names.js";
import { openStored } from "./stored-array.js";

/** Reads the header of a file in idx form, plain or gzipped. Throws a UserError that names it. */
export async function openIdx(path: string): Promise<DataArray> {
  return openStored(await packedFile(path), "idx", `is gzipped; unpack it (gunzip ${path})`);
}

const format: DataFormat = {
  files: "idx (train-images-idx3-ubyte, t10k-images-idx3-ubyte, ...; plain or .gz)",
  find({ path, kind, names, head }) {
    if (kind === "file") {
      const isIdx = head.length >= 4 && head[0] === 0 && head[1] === 0 && (head[2] ?? 0) >> 4 === 0;
      const set = basename(path).replace(/\.gz$/i, "");
      const found: FoundArray = {
        set,
        part: "train",
        what: "examples",
        place: path,
        open: () => openIdx(path),
      };
      return Promise.resolve(isIdx ? [found] : []);
    }
    return Promise.resolve(
      names.flatMap((name): FoundArray[] => {
        const meant = meaningOfIdx(name);
        const place = join(path, name);
        return meant === undefined ? [] : [{ ...meant, place, open: () => openIdx(place) }];
      }),
    );
  },
};

/** MNIST's own form. */
export const idx: Entry<DataFormat> = {
  name: "idx",
  description: "the form of MNIST, Fashion-MNIST, KMNIST and EMNIST",
  options: {},
  make: () => format,
};
