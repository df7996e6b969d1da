import type { Entry } from "../../catalogue/index.js";
import { beginsAsIdx } from "./array-bytes.js";
import { packedFile } from "./file.js";
import type { DataArray, DataFormat } from "./format.js";
import { meaningOfIdx } from "./names.js";
import { oneArrayAFile } from "./one-array.js";
import { openStored } from "./stored-array.js";

/** Reads the header of a file in idx form, plain or gzipped. Throws a UserError that names it. */
export async function openIdx(path: string): Promise<DataArray> {
  return openStored(await packedFile(path), "idx", `is gzipped; unpack it (gunzip ${path})`);
}

const format = oneArrayAFile({
  files: "idx (train-images-idx3-ubyte, t10k-images-idx3-ubyte, ...; plain or .gz)",
  ending: /\.gz$/i,
  is: ({ head }) => beginsAsIdx(head),
  meaning: meaningOfIdx,
  open: openIdx,
});

/** MNIST's own form. */
export const idx: Entry<DataFormat> = {
  name: "idx",
  description: "the form of MNIST, Fashion-MNIST, KMNIST and EMNIST",
  options: {},
  make: () => format,
};
