import type { Binarization, Dataset, Images } from "../data/portable.js";
import { describeSupport, outsideSupport, type Support } from "../distributions/index.js";
import type { Vae } from "../model/index.js";
import { UserError } from "../tensor/index.js";

/** Grey levels 0..1 in steps of 1/255, of which bytes are made up. */
const greyLevels = Float64Array.from({ length: 256 }, (_, level) => level / 255);

/** What is wrong with examples under a support, in words, or undefined. */
function whyOutside(support: Support, images: Images, binary: boolean, size: number): string | undefined {
  if (images.dtype === "float32" && !binary) return outsideSupport(support, images.data, size);
  const values = binary ? [0, 1] : greyLevels;
  if (outsideSupport(support, values) === undefined) return undefined;
  const what = binary ? "the data are 0 and 1" : "bytes are read as grey levels 0..1";
  return `${what}; expected ${describeSupport(support)}`;
}

/**
 * Checks that a data set can be learned by a model: examples of the model's shape, and within the support of its
 * likelihood. Throws a UserError naming the data set otherwise.
 */
export function requireFit(model: Vae, data: Dataset, binarize: Binarization): void {
  if (data.shape.join() !== model.input.join()) {
    throw new UserError(
      `the model takes examples of shape [${model.input.join(", ")}], ${data.name} has [${data.shape.join(", ")}]`,
    );
  }
  const { name, support } = model.likelihood;
  for (const split of ["train", "validation", "test"] as const) {
    const part = data[split];
    if (part === undefined) continue;
    const why = whyOutside(support, part.images, binarize !== "none", model.dataSize);
    if (why === undefined) continue;
    throw new UserError(
      `${data.name} (${split}) does not fit the likelihood ${name}: ${why}. Choose another likelihood ` +
        "(see `latent list`), or scale the data",
    );
  }
}
