import type { Entry } from "../../catalogue/index.js";
import { beginsAsNpy } from "./array-bytes.js";
import { packedFile } from "./file.js";
import type { DataArray, DataFormat } from "./format.js";
import { meaningOfArray } from "./names.js";
import { oneArrayAFile } from "./one-array.js";
import { openStored } from "./stored-array.js";

const ending = /\.npy(\.gz)?$/i;

/** Reads the header of a NumPy file (`.npy`), plain or gzipped. Throws a UserError that names it. */
export async function openNpy(path: string): Promise<DataArray> {
  return openStored(await packedFile(path), "npy", `is gzipped; unpack it (gunzip ${path})`);
}

const format = oneArrayAFile({
  files: "NumPy arrays (train.npy or x_train.npy, test.npy, y_train.npy, ...; plain or .gz)",
  ending,
  is: ({ path, head }) => beginsAsNpy(head) || ending.test(path),
  meaning: (name) => (ending.test(name) ? meaningOfArray(name.replace(ending, "")) : undefined),
  open: openNpy,
});

/** NumPy's form of one array. */
export const npy: Entry<DataFormat> = {
  name: "npy",
  description: "NumPy arrays, one a file",
  options: {},
  make: () => format,
};
