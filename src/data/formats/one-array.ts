import { basename, join } from "node:path";
import type { DataArray, DataFormat, Place } from "./format.js";
import type { Meaning } from "./names.js";

/** What a format says of itself whose files hold one array each. */
export interface OneArray {
  readonly files: string;
  /** What is left out of the name of a file where it names a data set. */
  readonly ending: RegExp;
  /** Whether a file that was given by itself is of this format. */
  is(file: Pick<Place, "path" | "head">): boolean;
  /** What the name of a file in a folder says; undefined if it isn't of this format or says nothing. */
  meaning(name: string): Meaning | undefined;
  open(path: string): Promise<DataArray>;
}

/** A format whose files hold one array each: a file by itself is the training examples. */
export function oneArrayAFile({ files, ending, is, meaning, open }: OneArray): DataFormat {
  return {
    files,
    find({ path, kind, names, head }) {
      if (kind === "file") {
        const set = basename(path).replace(ending, "");
        const found = { set, part: "train", what: "examples", place: path, open: () => open(path) } as const;
        return Promise.resolve(is({ path, head }) ? [found] : []);
      }
      const found = names.flatMap((name) => {
        const meant = meaning(name);
        const place = join(path, name);
        return meant === undefined ? [] : [{ ...meant, place, open: () => open(place) }];
      });
      return Promise.resolve(found);
    },
  };
}
