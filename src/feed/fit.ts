import {
  type Binarization,
  type Dataset,
  type ExampleSchema,
  isUnit,
  pieces,
  readAs,
  readingOf,
  requireGrey,
  requireLabels,
  schemaOf,
  type Split,
  type SplitName,
  splitNames,
} from "../data/portable.js";
import { describeSupport, outsideSupport, supportParts } from "../distributions/index.js";
import { takesAnyByte, takesAnyNumber, type Vae, whyOutside } from "../model/index.js";
import { UserError } from "../tensor/index.js";

/**
 * Throws a UserError if examples are of another shape than the model's, or those of the parts `names` lack labels that it is
 * given, or can't be made binary as they should be.
 */
export async function requireFit(
  model: Vae,
  data: Dataset,
  binarize: Binarization,
  names: readonly SplitName[] = splitNames,
): Promise<void> {
  if (data.shape.join() !== model.input.join()) {
    throw new UserError(
      `the model takes examples of shape [${model.input.join(", ")}], ${data.name} has [${data.shape.join(", ")}]`,
    );
  }
  const { condition, classifier } = model;
  if (condition !== undefined) requireLabels(data, { ...condition, partly: classifier !== undefined }, names);
  if (binarize !== "none") await requireGrey(data, names);
}

/**
 * The schema by which a data set is read for a model: bytes as the data set says, everything else as the model was trained.
 * Throws a UserError if bytes of the one go from 0 to 1 and those of the other don't.
 */
export function schemaFor(model: ExampleSchema, data: Dataset): ExampleSchema {
  const own = schemaOf(data);
  if (data.train.examples.dtype !== "uint8" || own.kind === "columns" || model.kind === "columns")
    return model;
  if (isUnit(own) === isUnit(model)) return readAs(model, readingOf(own.codec));
  const [here, there] = isUnit(own) ? ["from 0 to 1", "as they are"] : ["as they are", "from 0 to 1"];
  throw new UserError(
    `${data.name}: its bytes are read as numbers ${here}, those of the model's training data were ${there}; ` +
      `load it with bytes: "${isUnit(own) ? "plain" : "unit"}" (--bytes ${isUnit(own) ? "plain" : "unit"})`,
  );
}

/** What is wrong with a split's examples for a model's likelihood, in words, or undefined. */
async function whyUnfit(
  model: Vae,
  schema: ExampleSchema,
  split: Split,
  binary: boolean,
): Promise<string | undefined> {
  if (binary) {
    const [bad] = supportParts(model.likelihood, [model.dataSize]).filter(
      ({ support }) => outsideSupport(support, [0, 1]) !== undefined,
    );
    return bad && `the data are 0 and 1; expected ${describeSupport(bad.support)}`;
  }
  const { dtype } = split.examples;
  if (dtype === "uint8" && takesAnyByte(model, schema)) return undefined;
  // Where any finite number will do there is nothing to read, for streamed floats have been found finite.
  if (dtype === "float32" && split.source !== undefined && takesAnyNumber(model)) return undefined;
  for await (const { examples, first } of pieces(split)) {
    const why = whyOutside(model, schema, examples, first);
    if (why !== undefined) return why;
  }
  return undefined;
}

/**
 * Checks that a data set's examples are what a model's likelihood can have put out, each part of them for itself. Throws a
 * UserError that names the data set, the example, the number and what was expected.
 */
export async function requireFitting(
  model: Vae,
  data: Dataset,
  schema: ExampleSchema,
  binarize: Binarization,
  names: readonly SplitName[] = splitNames,
): Promise<void> {
  for (const name of names) {
    const split = data[name];
    if (split === undefined) continue;
    const why = await whyUnfit(model, schema, split, binarize !== "none");
    if (why === undefined) continue;
    throw new UserError(
      `${data.name} (${name}) does not fit the likelihood ${model.likelihood.name}: ${why}. Choose another ` +
        "likelihood (see `latent list`), or scale the data",
    );
  }
}
