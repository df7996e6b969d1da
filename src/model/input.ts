import type { ExampleSchema } from "../data/portable.js";
import { sizeOf, UserError } from "../tensor/index.js";
import { whyOutside } from "./inside.js";
import type { ModelInput } from "./trained-options.js";
import type { Vae } from "./vae.js";

/** Examples, or one example, as [n, ...input]. Throws a UserError if a model can't take them. */
export function modelExamples(definition: Vae, schema: ExampleSchema, x: ModelInput): ModelInput {
  const { input, dataSize } = definition;
  const one = x.shape.length === input.length;
  const example = one ? x.shape : x.shape.slice(1);
  if (sizeOf(example) !== dataSize || (x.shape.length > 2 && example.join() !== input.join())) {
    throw new UserError(
      `the model takes examples of shape [n, ${input.join(", ")}], got [${x.shape.join(", ")}]`,
    );
  }
  const examples = { ...x, shape: [one ? 1 : (x.shape[0] ?? 0), ...input] };
  const why = whyOutside(definition, schema, examples);
  if (why === undefined) return examples;
  throw new UserError(`the examples do not fit the model's likelihood ${definition.likelihood.name}: ${why}`);
}
