import { chosen, largest, nearestRow } from "../model/moves";
import type { LatentPart } from "../model/space";

/** Options of a choice that are shown as buttons; more of them become a slider. */
export const mostShown = 40;

/** One button: the code that it leads to, and whether it is the one that holds. */
export interface Option {
  readonly code: Float32Array;
  readonly on: boolean;
}

export interface Choice {
  readonly options: readonly Option[];
}

function bits(z: Float32Array, { start, size }: LatentPart): Choice[] {
  const options = Array.from({ length: size }, (_, i): Option => {
    const on = (z[start + i] ?? 0) >= 0.5;
    const code = z.slice();
    code[start + i] = on ? 0 : 1;
    return { code, on };
  });
  return [{ options }];
}

/** What can be chosen in a discrete part: of bits each flipped, of choices each class, of a codebook each of its codes. */
export function choicesOf(z: Float32Array, part: LatentPart, codebook: Float32Array | undefined): Choice[] {
  if (part.kind === "bits") return bits(z, part);
  const places = Array.from({ length: part.size / part.group }, (_, i) => part.start + i * part.group);
  if (part.kind === "codebook") {
    const book = codebook ?? new Float32Array(0);
    return places.map((first) => {
      const now = nearestRow(z, first, part.group, book);
      const options = Array.from({ length: book.length / part.group }, (_, row): Option => {
        const code = z.slice();
        code.set(book.subarray(row * part.group, (row + 1) * part.group), first);
        return { code, on: row === now };
      });
      return { options };
    });
  }
  return places.map((first) => {
    const now = largest(z, first, part.group);
    const options = Array.from(
      { length: part.group },
      (_, index): Option => ({
        code: chosen(z, first, part.group, index),
        on: index === now,
      }),
    );
    return { options };
  });
}
