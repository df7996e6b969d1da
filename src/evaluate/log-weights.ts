/**
 * The logarithm of a mean of weights that arrive piece by piece as logarithms, in float64: a running maximum and the
 * sums of the weights and of their squares over it.
 */
export class LogMean {
  private top = -Infinity;
  private sum = 0;
  private squares = 0;
  private logs = 0;
  private count = 0;

  /** Takes one more log-weight; minus infinity is a weight of 0. Throws a RangeError for NaN or infinity. */
  add(logWeight: number): void {
    if (Number.isNaN(logWeight) || logWeight === Infinity) {
      throw new RangeError(`a log-weight is ${logWeight}`);
    }
    this.count++;
    this.logs += logWeight;
    if (logWeight === -Infinity) return;
    if (logWeight > this.top) {
      const shrink = Math.exp(this.top - logWeight);
      this.sum *= shrink;
      this.squares *= shrink * shrink;
      this.top = logWeight;
    }
    const weight = Math.exp(logWeight - this.top);
    this.sum += weight;
    this.squares += weight * weight;
  }

  /** The logarithm of the mean weight; minus infinity if all are 0. */
  get value(): number {
    return this.top + Math.log(this.sum / this.count);
  }

  /** The mean of the logarithms. */
  get meanLog(): number {
    return this.logs / this.count;
  }

  /** (sum of weights)^2 / sum of squares: of how many equal weights the mean is worth, from 1 to the count. */
  get effectiveCount(): number {
    return this.sum ** 2 / this.squares;
  }
}
