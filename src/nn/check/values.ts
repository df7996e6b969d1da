import { type Expr } from "../../graph/index.js";
import { formatShape, sameShape, sizeOf, type Tensor, toNumbers } from "../../tensor/index.js";
import type { Mode } from "../context.js";
import type { Built } from "../layer.js";
import { requireClose } from "./numbers.js";
import { arraysOf, type PlaceOptions, Placed, type Subject } from "./subject.js";

/** What a layer is to give for one example in evaluation, computed independently. */
export type Reference = (
  x: readonly number[],
  weights: Readonly<Record<string, readonly number[]>>,
  inShape: readonly number[],
) => readonly number[];

/** Parameters and state have names that files can hold, each once, and shapes of whole numbers. */
export function checkNames(built: Built, again: Built): void {
  const names = [...Object.keys(built.parameters ?? {}), ...Object.keys(built.state ?? {})];
  const wrong = names.find((name, i) => !/^\w+(\.\w+)*$/.test(name) || names.indexOf(name) !== i);
  if (wrong !== undefined)
    throw new Error(`the name "${wrong}" of a parameter is not of words and dots, or not unique`);
  const text = (one: Built): string =>
    JSON.stringify(
      Object.entries(arraysOf(one)).map(([name, { shape, trainable }]) => [name, shape, trainable]),
    );
  if (text(built) !== text(again)) {
    throw new Error(`its parameters are ${text(built)}, but ${text(again)} when it is built again`);
  }
}

/** The value for examples of leading axes `lead`, whose shape and finiteness are checked, and the next state. */
export async function valueFor(
  subject: Subject,
  mode: Mode,
  lead: readonly number[],
  options: PlaceOptions = {},
): Promise<Readonly<Record<string, Tensor>>> {
  const placed = new Placed(subject, mode, lead, options);
  const y: Expr = placed.apply();
  const { outShape } = subject.built;
  const expected = [...(options.named === true ? ["batch"] : lead), ...outShape];
  if (!sameShape(y.shape, expected)) {
    throw new Error(`it puts out ${formatShape(y.shape)}, but says ${formatShape(expected)}`);
  }
  const results = await placed.run({ y, ...placed.updates });
  const { shape } = results.y as Tensor;
  if (!sameShape(shape, [...lead, ...outShape])) {
    throw new Error(
      `its values are ${formatShape(shape)}, but it says ${formatShape([...lead, ...outShape])}`,
    );
  }
  for (const [name, value] of Object.entries(results)) {
    const odd = toNumbers(value).find((number) => !Number.isFinite(number));
    if (odd !== undefined) throw new Error(`${name} holds ${odd} for [${lead.join(", ")}] examples`);
  }
  return results;
}

/** In evaluation an example's value depends on that example alone, however examples come and weights are given. */
export async function checkExamples(subject: Subject, reference: Reference | undefined): Promise<void> {
  const { y: six } = await valueFor(subject, "evaluate", [6]);
  const all = toNumbers(six as Tensor);
  const size = sizeOf(subject.built.outShape);
  for (const [what, lead, options] of [
    ["of [2, 3] examples", [2, 3], {}],
    ["with weights inside, as exports have them,", [6], { constants: true }],
    ["with a named batch", [6], { named: true, constants: true }],
  ] as const) {
    const { y } = await valueFor(subject, "evaluate", lead, options);
    requireClose(`value ${what} against 6 examples`, y as Tensor, all, 1e-11);
  }
  for (const count of [1, 2, 0]) {
    const { y } = await valueFor(subject, "evaluate", [count]);
    // the first examples are the same for any number of them
    requireClose(`value of ${count} examples against 6`, y as Tensor, all.slice(0, count * size), 1e-11);
  }
  if (reference !== undefined) requireReference(subject, reference, all);
}

function requireReference(subject: Subject, reference: Reference, all: readonly number[]): void {
  const { feeds } = new Placed(subject, "evaluate", [6]);
  const { inShape, built } = subject;
  const names = Object.keys(arraysOf(built));
  const weights = Object.fromEntries(
    names.map((name) => [name, toNumbers(feeds[`weight:${name}`] as Tensor)]),
  );
  const x = toNumbers(feeds.x as Tensor);
  const [from, to] = [sizeOf(inShape), sizeOf(built.outShape)];
  for (let i = 0; i < 6; i++) {
    const expected = reference(x.slice(i * from, (i + 1) * from), weights, inShape);
    requireClose(
      `value of example ${i} against the reference`,
      all.slice(i * to, (i + 1) * to),
      expected,
      1e-11,
    );
  }
}
