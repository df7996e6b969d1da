import { basename, join } from "node:path";
import type { Entry } from "../../catalogue/index.js";
import { UserError } from "../../tensor/index.js";
import type { DataFormat, FoundArray } from "./format.js";
import { type Meaning, meaningOfArray } from "./names.js";
import { openStored } from "./stored-array.js";
import { type Member, zipMembers } from "./zip.js";

const ending = /\.npz$/i;
const packedAdvice = "is compressed in its archive; write it with numpy.savez, which doesn't compress";

/**
 * What an archive's arrays are: by their own names, and where these say no part, by the file's, such as `test.npz`.
 * Arrays that were saved without names are examples (`arr_0`) and, if there are two, labels (`arr_1`).
 */
function meaningOf(name: string, file: Meaning | undefined, set: string, count: number): Meaning | undefined {
  const unnamed = /^arr_([01])$/.exec(name)?.[1];
  const own: Meaning | undefined =
    unnamed !== undefined && count <= 2
      ? { set: "", part: "train", what: unnamed === "0" ? "examples" : "labels", vague: true }
      : meaningOfArray(name);
  if (own === undefined && count > 1) return undefined;
  const meant: Meaning = own ?? { set: "", part: "train", what: "examples", vague: true };
  const part = meant.vague === true && file !== undefined ? file.part : meant.part;
  return { set: file?.set ?? (meant.set === "" ? set : meant.set), part, what: meant.what };
}

async function arraysIn(path: string, alone: boolean): Promise<FoundArray[]> {
  const members = await zipMembers(path, ".npy");
  const stem = basename(path).replace(ending, "");
  const file = alone ? undefined : meaningOfArray(stem);
  const found = members.flatMap(({ name, packed }: Member): FoundArray[] => {
    const meant = meaningOf(name, file?.vague === true ? undefined : file, stem, members.length);
    const open = () => openStored(packed, "npy", packedAdvice);
    return meant === undefined ? [] : [{ ...meant, place: packed.place, open }];
  });
  if (alone && !found.some(({ part, what }) => part === "train" && what === "examples")) {
    const names = members.map(({ name }) => name).slice(0, 8);
    throw new UserError(
      `${path} has no array whose name says that it holds the training examples; it has ` +
        `${names.length === 0 ? "none at all" : names.join(", ")}. Name them x_train, y_train, x_test and so on: ` +
        "numpy.savez(file, x_train=..., y_train=...)",
    );
  }
  return found;
}

const format: DataFormat = {
  files: "NumPy archives (.npz with x_train, y_train, x_test, ...)",
  async find({ path, kind, names, head }) {
    if (kind === "file") {
      const isZip = String.fromCharCode(...head.subarray(0, 2)) === "PK";
      return ending.test(path) || isZip ? arraysIn(path, true) : [];
    }
    const files = names.filter((name) => ending.test(name));
    return (await Promise.all(files.map((name) => arraysIn(join(path, name), false)))).flat();
  },
};

/** NumPy's form of several arrays in one file. */
export const npz: Entry<DataFormat> = {
  name: "npz",
  description: "NumPy arrays, several in a file",
  options: {},
  make: () => format,
};
