import { resolve } from "node:path";
import { fileSource } from "../row-file.js";
import { type ArrayForm, headedArray } from "./array-bytes.js";
import type { DataArray } from "./format.js";
import { type Packed, unpacked } from "./packed.js";

/**
 * Reads the header of an array of numbers. `repack` is what to do to have it streamed if it is packed. Throws a
 * UserError that names the place for what isn't of that form, or can't be whole.
 */
export async function openStored(packed: Packed, form: ArrayForm, repack: string): Promise<DataArray> {
  const { path, place, packing, start } = packed;
  const {
    start: offset,
    bigEndian,
    fortran,
    ...array
  } = await headedArray(packed, () => unpacked(packed), form);
  const whole =
    packing !== "none"
      ? repack
      : fortran
        ? "is in Fortran order; write it with numpy.ascontiguousarray"
        : undefined;
  return {
    ...array,
    whole,
    source: () =>
      fileSource({
        path: resolve(path),
        place,
        offset: start + offset,
        shape: array.shape,
        stored: array.type,
        bigEndian,
      }),
  };
}
