import { type Binarization, type Dataset, pieces, requireGrey, type Split } from "../data/portable.js";
import { describeSupport, outsideSupport, type Support } from "../distributions/index.js";
import type { Vae } from "../model/index.js";
import { UserError } from "../tensor/index.js";

/** Grey levels 0..1 in steps of 1/255, of which bytes are made up. */
const greyLevels = Float64Array.from({ length: 256 }, (_, level) => level / 255);

/** What is wrong with examples under a support, in words, or undefined. */
async function whyOutside(
  support: Support,
  split: Split,
  binary: boolean,
  size: number,
): Promise<string | undefined> {
  if (split.examples.dtype === "float32" && !binary) {
    if (split.source === undefined) return outsideSupport(support, split.examples.data, size);
    // Where any finite number will do there is nothing to read, for all have been found finite.
    if (outsideSupport(support, [-0.5e30, 0.5e30]) === undefined) return undefined;
    for await (const { examples, first } of pieces(split)) {
      const why = outsideSupport(support, examples.data, size);
      if (why !== undefined) return first === 0 ? why : `from example ${first} on, ${why}`;
    }
    return undefined;
  }
  const values = binary ? [0, 1] : greyLevels;
  if (outsideSupport(support, values) === undefined) return undefined;
  const what = binary ? "the data are 0 and 1" : "bytes are read as grey levels 0..1";
  return `${what}; expected ${describeSupport(support)}`;
}

/**
 * Checks that a data set can be learned by a model: examples of the model's shape, and within the support of its
 * likelihood, and grey levels if they are to be made binary. Throws a UserError naming the data set otherwise.
 */
export async function requireFit(model: Vae, data: Dataset, binarize: Binarization): Promise<void> {
  if (data.shape.join() !== model.input.join()) {
    throw new UserError(
      `the model takes examples of shape [${model.input.join(", ")}], ${data.name} has [${data.shape.join(", ")}]`,
    );
  }
  if (binarize !== "none") await requireGrey(data);
  const { name, support } = model.likelihood;
  for (const split of ["train", "validation", "test"] as const) {
    const part = data[split];
    if (part === undefined) continue;
    const why = await whyOutside(support, part, binarize !== "none", model.dataSize);
    if (why === undefined) continue;
    throw new UserError(
      `${data.name} (${split}) does not fit the likelihood ${name}: ${why}. Choose another likelihood ` +
        "(see `latent list`), or scale the data",
    );
  }
}
