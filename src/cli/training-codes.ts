import { asInput, type Dataset, readExamples, schemaOf } from "../data/index.js";
import type { TrainedVae } from "../model/index.js";
import { type Tensor, tensor } from "../tensor/index.js";
import { givenOf } from "./commands/shared.js";

/** So many training examples' codes are enough to fit a sampler to. */
const fitted = 20_000;
const chunk = 2000;

/** Codes of training examples [n, latent], as a run saw them. */
export async function trainingCodes(model: TrainedVae, data: Dataset): Promise<Tensor<"float32">> {
  const { train } = data;
  const count = Math.min(fitted, train.length);
  const { latent } = model.definition;
  const codes = tensor("float32", [count, latent]);
  for (let start = 0; start < count; start += chunk) {
    const examples = await readExamples(train, start, Math.min(count, start + chunk));
    const given = givenOf(model, train, start, start + chunk);
    const part = await model.codes(asInput(examples, schemaOf(data), model.schema), given);
    codes.data.set(part.data, start * latent);
  }
  return codes;
}
