import type { Oracle } from "./oracle.js";
import { meanAndError } from "./statistics.js";

/** A number and its standard error, 0 if it is not random. */
export interface Estimate {
  readonly value: number;
  readonly error: number;
}

/** Expectations under a density known at an oracle's points. */
export class Integrals {
  readonly density: number[];

  constructor(
    readonly oracle: Oracle,
    readonly logDensity: readonly number[],
  ) {
    this.density = oracle.weights.map((_, i) => Math.exp(logDensity[i] as number));
  }

  of(f: (i: number) => number): Estimate {
    const terms = this.density.map((p, i) => {
      const mass = p * (this.oracle.weights[i] as number);
      return mass === 0 || !Number.isFinite(mass) ? 0 : mass * f(i);
    });
    const value = terms.reduce((sum, term) => sum + term, 0);
    return { value, error: this.oracle.random ? meanAndError(terms).error * terms.length : 0 };
  }
}
