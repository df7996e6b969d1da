import { totalmem } from "node:os";
import { basename } from "node:path";
import { sizeOf, UserError } from "../tensor/index.js";
import type { DataArray, Part } from "./formats/index.js";

/** The memory that this process may use, in bytes: the machine's, or what a container allows. */
function machineMemory(): number {
  const allowed = process.constrainedMemory();
  return allowed > 0 ? Math.min(allowed, totalmem()) : totalmem();
}

/** What examples may take unless told otherwise, in bytes: 1 GiB, or a quarter of the machine's memory. */
export function usualMemory(): number {
  return Math.min(2 ** 30, machineMemory() / 4);
}

/** Examples lie in memory twice while a model is trained: here and in the engine. */
const copies = 2;

const megabytes = (bytes: number): string => `${Math.ceil(bytes / 1e6).toLocaleString("en-US")} MB`;

/**
 * Which parts of a data set are to be streamed so that the others fit in `memory` bytes: the largest; and what to say
 * of it. Throws a UserError for a file that would have to be and can't.
 */
export function planMemory(
  parts: ReadonlyMap<Part, Pick<DataArray, "place" | "dtype" | "shape" | "whole">>,
  memory: number | undefined,
): { streamed: ReadonlySet<Part>; notes: string[] } {
  if (memory !== undefined && !(memory >= 0)) {
    throw new UserError(`memory must be a number of bytes from 0, got ${memory}`, 2);
  }
  const allowed = memory ?? usualMemory();
  const streamed = new Set<Part>();
  const notes: string[] = [];
  let taken = 0;
  const sized = [...parts].map(([part, array]) => {
    return { part, ...array, bytes: sizeOf(array.shape) * (array.dtype === "uint8" ? 1 : 4) };
  });
  for (const { part, place, whole, bytes } of sized.sort((a, b) => a.bytes - b.bytes)) {
    const needed = copies * bytes;
    if (taken + needed <= allowed) {
      taken += needed;
    } else if (whole === undefined) {
      streamed.add(part);
      notes.push(
        `${basename(place)} is streamed from disk: in memory it would take ${megabytes(needed)}, and ` +
          `${megabytes(allowed)} are allowed for examples.`,
      );
    } else if (memory === undefined && needed <= machineMemory() / 2) {
      notes.push(
        `${basename(place)} takes ${megabytes(needed)} of memory, as it ${whole} to have it streamed.`,
      );
    } else {
      throw new UserError(
        `${place} would take ${megabytes(needed)} of memory, of which ${megabytes(allowed)} are allowed for ` +
          `examples, and can't be streamed, as it ${whole}, or allow more memory`,
      );
    }
  }
  return { streamed, notes };
}
