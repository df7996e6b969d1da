import { UserError } from "../../tensor/index.js";
import type { DataArray, FoundArray, Part } from "./format.js";

/** The arrays of one data set, by part. */
export interface FoundSet<A = DataArray> {
  /** The prefix of the names, such as `emnist-letters`, or a file's name without its ending; empty for none. */
  readonly name: string;
  readonly examples: ReadonlyMap<Part, FoundArray<A>>;
  readonly labels: ReadonlyMap<Part, FoundArray<A>>;
  /** What a person should know of what was found and not used. */
  readonly notes: readonly string[];
}

/** Names for a message: the first eight and how many more. */
export function listNames(names: readonly string[]): string {
  if (names.length === 0) return "nothing";
  const more = names.length > 8 ? ` and ${names.length - 8} more` : "";
  return names.slice(0, 8).join(", ") + more;
}

/** The last name of a path. */
export function lastName(path: string): string {
  return path.split(/[/\\]/).at(-1) ?? path;
}

/** Whether training examples are among arrays. */
export const holdsTraining = (arrays: readonly Pick<FoundArray, "part" | "what">[]): boolean =>
  arrays.some(({ part, what }) => part === "train" && what === "examples");

/** One array for each part of a set; throws a UserError if it can't be told which. */
function pick<A>(
  arrays: readonly FoundArray<A>[],
  what: "examples" | "labels",
  notes: string[],
): Map<Part, FoundArray<A>> {
  const chosen = new Map<Part, FoundArray<A>>();
  const own = arrays.filter((array) => array.what === what);
  const clear = own.filter(({ vague }) => vague !== true);
  for (const array of clear.length > 0 ? clear : own) {
    const other = chosen.get(array.part);
    if (other === undefined) {
      chosen.set(array.part, array);
      continue;
    }
    const [plain, packed] = other.place.length < array.place.length ? [other, array] : [array, other];
    if (packed.place !== `${plain.place}.gz`) {
      throw new UserError(
        `${other.place} and ${array.place} both say that they hold the ${array.part} ${what}: ` +
          "rename one of them, or move it to another folder",
      );
    }
    chosen.set(array.part, plain);
    notes.push(`${lastName(packed.place)} lies beside ${lastName(plain.place)}, which is used.`);
  }
  return chosen;
}

/** The arrays of one data set. Throws a UserError that names the files if it can't be told which is which. */
export function makeSet<A>(
  name: string,
  arrays: readonly FoundArray<A>[],
  more: readonly string[],
): FoundSet<A> {
  const notes = [...more];
  const examples = pick(arrays, "examples", notes);
  const labels = pick(arrays, "labels", notes);
  for (const [part, { place }] of labels) {
    if (!examples.has(part))
      notes.push(`${lastName(place)} is not used: there are no ${part} examples for it.`);
  }
  return { name, examples, labels, notes };
}
