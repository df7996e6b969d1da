import { basename, join } from "node:path";
import type { Entry } from "../../catalogue/index.js";
import { packedFile } from "./file.js";
import type { DataArray, DataFormat, FoundArray } from "./format.js";
import { meaningOfArray } from "./names.js";
import { openStored } from "./stored-array.js";

const ending = /\.npy(\.gz)?$/i;

/** Reads the header of a NumPy file (`.npy`), plain or gzipped. Throws a UserError that names it. */
export async function openNpy(path: string): Promise<DataArray> {
  return openStored(await packedFile(path), "npy", `is gzipped; unpack it (gunzip ${path})`);
}

/** Whether bytes begin as a NumPy file does. */
export function beginsAsNpy(head: Uint8Array): boolean {
  return String.fromCharCode(...head.subarray(0, 6)) === "\x93NUMPY";
}

const format: DataFormat = {
  files: "NumPy arrays (train.npy or x_train.npy, test.npy, y_train.npy, ...; plain or .gz)",
  find({ path, kind, names, head }) {
    if (kind === "file") {
      const set = basename(path).replace(ending, "");
      const found: FoundArray = {
        set,
        part: "train",
        what: "examples",
        place: path,
        open: () => openNpy(path),
      };
      return Promise.resolve(beginsAsNpy(head) || ending.test(path) ? [found] : []);
    }
    return Promise.resolve(
      names.flatMap((name): FoundArray[] => {
        const meant = ending.test(name) ? meaningOfArray(name.replace(ending, "")) : undefined;
        const place = join(path, name);
        return meant === undefined ? [] : [{ ...meant, place, open: () => openNpy(place) }];
      }),
    );
  },
};

/** NumPy's form of one array. */
export const npy: Entry<DataFormat> = {
  name: "npy",
  description: "NumPy arrays, one a file",
  options: {},
  make: () => format,
};
