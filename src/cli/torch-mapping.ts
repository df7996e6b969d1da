import { readIfThere } from "../data/index.js";
import { readMapping, type TorchMapping } from "../model/torch/index.js";
import { UserError } from "../tensor/index.js";

/** What is given as --map. Throws a UserError naming the file if it can't be read or is no mapping. */
export async function mappingFrom(file: string | undefined): Promise<TorchMapping | undefined> {
  if (file === undefined) return undefined;
  const bytes = await readIfThere(file);
  if (bytes === undefined) {
    throw new UserError(`--map: can't read ${file}: it does not exist: check the path`, 2);
  }
  return readMapping(bytes.toString("utf8"), file);
}
