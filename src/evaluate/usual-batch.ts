import { type Expr, topological } from "../graph/index.js";
import type { Objective } from "../objectives/index.js";

/** Examples that one step of an evaluation takes at most, and the fewest that pictures in convolutions bring them down to. */
const most = 500;
const fewest = 32;

/** Numbers of the largest picture beside a convolution that are evaluated at a time: 8 MB in float32. */
const pictureNumbers = 2 ** 21;

const convolutions: ReadonlySet<string> = new Set(["convDown", "convUp"]);

/** 500 examples, or fewer if the objective decodes so many latents for each that memory would run short. */
export function usualBatch({ draws = 1 }: Objective): number {
  return Math.max(1, Math.min(most, Math.floor(5000 / draws)));
}

/**
 * How many of `wanted` rows are evaluated at a time by outputs that were built for `rows` of them: fewer where convolutions would
 * hold large pictures of all, for the columns beside them are several times as large.
 */
export function rowsInMemory(outputs: readonly Expr[], rows: number, wanted = rows): number {
  const convolved = topological(outputs).filter(({ op }) => convolutions.has(op.name));
  const pictures = convolved.flatMap((node) => [node, node.inputs[0] as Expr]);
  const numbers = pictures.map(({ shape }) => shape.reduce<number>((size, dim) => size * Number(dim), 1));
  const largest = numbers.reduce((a, b) => Math.max(a, b), 0) / rows;
  return largest === 0 ? wanted : Math.min(wanted, Math.max(fewest, Math.floor(pictureNumbers / largest)));
}

/** The greatest divisor of `whole` that is at most `rows`: parts of a whole then begin where a batch does. */
export function dividing(whole: number, rows: number): number {
  if (rows >= whole) return whole;
  let divisor = rows;
  while (whole % divisor !== 0) divisor--;
  return divisor;
}
