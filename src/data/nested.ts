import { isPromise } from "../catalogue/index.js";
import { formatShape, tensor, type Tensor, UserError } from "../tensor/index.js";
import { allocateShared } from "./shared.js";
import { describeValue } from "./number-types.js";

/** A list, or a row that is a typed array. */
type Listed = ArrayLike<unknown>;

function isListed(value: unknown): value is Listed {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
}

const at = (path: readonly number[]): string => path.map((i) => `[${i}]`).join("");

/** Throws the UserError for a value where a number should be. */
function refuse(value: unknown, path: readonly number[], source: string): never {
  const place = `${source}${at(path)}`;
  if (value === null || value === undefined) {
    throw new UserError(
      `${place} is ${value === null ? "null" : "missing"}; fill it in (say, by the column's mean) or leave out the example`,
    );
  }
  if (typeof value === "string") {
    throw new UserError(
      `${place} is the text ${describeValue(value)}; convert text to numbers first, as by Number(x)`,
    );
  }
  if (typeof value === "boolean") throw new UserError(`${place} is ${value}; give 0 and 1, as by Number(x)`);
  if (isPromise(value)) throw new UserError(`${place} is a Promise: await it first`);
  throw new UserError(`${place} is ${describeValue(value)} where a number is expected`);
}

/**
 * Nested lists of numbers as a tensor of floats, or of bytes if all rows are arrays of bytes. Throws a UserError that
 * names the place of what is no number, of holes, and of rows that aren't as long as the first.
 */
export function readNested(value: Listed, source: string): Tensor<"uint8"> | Tensor<"float32"> {
  const shape: number[] = [];
  let bytes = true;
  for (let one: unknown = value; isListed(one); one = one[0]) {
    shape.push(one.length);
    if (one.length === 0) break;
  }
  const size = shape.reduce((product, dim) => product * dim, 1);
  const data = new Float32Array(size);
  let filled = 0;
  const path: number[] = [];
  const visit = (one: unknown): void => {
    const depth = path.length;
    if (depth === shape.length) {
      if (typeof one === "bigint" || typeof one === "number") data[filled++] = Number(one);
      else if (isListed(one))
        throw new UserError(`${source}${at(path)} is a list where the first example has a number`);
      else refuse(one, path, source);
      return;
    }
    if (typeof one === "number") {
      throw new UserError(
        `${source}${at(path)} is a number where the first example has a list of ${shape[depth]}`,
      );
    }
    if (!isListed(one)) refuse(one, path, source);
    if (one.length !== shape[depth]) {
      throw new UserError(
        `${source}${at(path)} has ${one.length} values and the first of its kind ${shape[depth]}; ` +
          "examples must be equally long",
      );
    }
    if (depth === shape.length - 1) bytes &&= one instanceof Uint8Array || one instanceof Uint8ClampedArray;
    // A loop over numbers, for `forEach` leaves out holes.
    for (let i = 0; i < one.length; i++) {
      path.push(i);
      visit(one[i]);
      path.pop();
    }
  };
  visit(value);
  if (shape.length === 1) {
    throw new UserError(
      `${source}: a list of ${formatShape(shape)} numbers has no examples in it; give a list for each example`,
    );
  }
  if (bytes && size > 0) {
    const out = allocateShared("uint8", size);
    out.set(data);
    return tensor("uint8", shape, out);
  }
  const out = allocateShared("float32", size);
  out.set(data);
  return tensor("float32", shape, out);
}
