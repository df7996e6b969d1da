import { type Tensor, toNumbers } from "../../tensor/index.js";

/** Throws unless two lists of numbers agree to `tolerance` relative to the larger of 1 and the expected; no NaN agrees. */
export function requireClose(
  what: string,
  got: Tensor | readonly number[],
  expected: Tensor | readonly number[],
  tolerance: number,
): void {
  const a = "dtype" in got ? toNumbers(got) : got;
  const b = "dtype" in expected ? toNumbers(expected) : expected;
  if (a.length !== b.length) throw new Error(`${what}: ${a.length} numbers, expected ${b.length}`);
  a.forEach((value, i) => {
    const goal = b[i] as number;
    if (Math.abs(value - goal) <= tolerance * Math.max(1, Math.abs(goal))) return;
    throw new Error(`${what}: number ${i} is ${value}, expected ${goal}`);
  });
}
