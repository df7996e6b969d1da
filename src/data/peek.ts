import type { ExampleTensor } from "./dataset.js";
import { type DataArray, openIdx, openNpy } from "./formats/index.js";

/**
 * Reads the header of a file in idx or, if its name ends in `.npy` or `.npy.gz`, NumPy form, plain or gzipped. Throws a
 * UserError that names the file if it can't be read, isn't of that form, or can't be whole.
 */
export function peek(path: string): Promise<DataArray> {
  return /\.npy(\.gz)?$/i.test(path) ? openNpy(path) : openIdx(path);
}

/** The array in such a file as examples. Throws as `peek`, and if the file is damaged. */
export async function readArray(path: string): Promise<ExampleTensor> {
  return (await peek(path)).read();
}
