import type { Json } from "../catalogue/index.js";

/** What an objective is built on, as numbers: a normal posterior, a standard normal prior. */
export interface ObjectiveNumbers {
  /** The examples of the data set. */
  readonly datasetSize: number;
  /** The step of training, of which schedules are made. */
  readonly step: number;
  /** Posterior means, and variances, of each example. */
  readonly means: readonly (readonly number[])[];
  readonly variances: readonly (readonly number[])[];
  /** The codes that are decoded: the means, or draws. */
  readonly codes: readonly (readonly number[])[];
  /** What was drawn after those, in order, each as rows of latent size. */
  readonly drawn: readonly (readonly (readonly number[])[])[];
  /** -log p(x|z) in nats, and the squared difference of x and its mean over all numbers, of example n at a code. */
  distortion(n: number, z: readonly number[]): number;
  squaredError(n: number, z: readonly number[]): number;
  readonly decoderWeights: readonly number[];
}

type Options = Readonly<Record<string, Json>>;
type Rows = readonly (readonly number[])[];

const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
const mean = (values: readonly number[]): number => total(values) / values.length;
const column = (rows: Rows, k: number): number[] => rows.map((row) => row[k] as number);
const coordinates = ({ means }: ObjectiveNumbers): number[] =>
  (means[0] as readonly number[]).map((_, k) => k);

/** KL(N(mean, variance) || N(0, 1)) of a coordinate, averaged over the batch. */
const klOf = ({ means, variances }: ObjectiveNumbers, k: number): number =>
  mean(
    means.map((row, n) => {
      const [m, v] = [row[k] as number, variances[n]?.[k] as number];
      return 0.5 * (v + m * m - 1 - Math.log(v));
    }),
  );

/** Covariance of two columns, over n. */
function covariance(rows: Rows, i: number, j: number): number {
  const [a, b] = [column(rows, i), column(rows, j)];
  return mean(a.map((x, n) => (x - mean(a)) * ((b[n] as number) - mean(b))));
}

const squaredDistance = (a: readonly number[], b: readonly number[]): number =>
  total(a.map((x, k) => (x - (b[k] as number)) ** 2));

/** Tolstikhin et al., 2018: the kernel of squared distances between codes. */
function kernel(size: number, options: Options): (squared: number) => number {
  const isImq = options["kernel"] === "imq";
  const width = Number(options["bandwidth"] ?? (isImq ? 1 : Math.sqrt(size)));
  const factors = options["multiscale"] === false ? [1] : [0.1, 0.2, 0.5, 1, 2, 5, 10];
  return (squared) =>
    mean(
      factors.map((factor) => {
        const two = 2 * factor * width * width;
        return isImq ? (two * size) / (two * size + squared) : Math.exp(-squared / two);
      }),
    );
}

/** Gretton et al., 2012: of codes and draws of the prior, with or without the pairs of a point with itself. */
function mmd({ codes, drawn }: ObjectiveNumbers, options: Options): number {
  const prior = drawn[0] as Rows;
  const k = kernel((codes[0] as readonly number[]).length, options);
  const pairs = (a: Rows, b: Rows, skip: boolean): number[] =>
    a.flatMap((x, i) => b.flatMap((y, j) => (skip && i === j ? [] : [k(squaredDistance(x, y))])));
  const own = options["unbiased"] !== false;
  return (
    mean(pairs(codes, codes, own)) + mean(pairs(prior, prior, own)) - 2 * mean(pairs(codes, prior, false))
  );
}

function wasserstein({ codes, drawn }: ObjectiveNumbers): number {
  const [directions, prior] = drawn as [Rows, Rows];
  const along = (rows: Rows, direction: readonly number[]): number[] =>
    rows
      .map((row) => total(row.map((x, k) => (x * (direction[k] as number)) / Math.hypot(...direction))))
      .sort((a, b) => a - b);
  return mean(
    directions.map((direction) => {
      const [a, b] = [along(codes, direction), along(prior, direction)];
      return mean(a.map((x, i) => (x - (b[i] as number)) ** 2));
    }),
  );
}

/** DIP-VAE's penalty from the covariance of means (i) or of codes (ii). */
function dip(numbers: ObjectiveNumbers, { type, offDiagonal, diagonal }: Options): number {
  const all = coordinates(numbers);
  return total(
    all.flatMap((i) =>
      all.map((j) => {
        const noise = type === "ii" && i === j ? mean(column(numbers.variances, i)) : 0;
        const entry = covariance(numbers.means, i, j) + noise - (i === j ? 1 : 0);
        return Number(i === j ? diagonal : offDiagonal) * entry * entry;
      }),
    ),
  );
}

/** log N(x; mean, variance). */
const logNormal = (x: number, m: number, v: number): number =>
  -0.5 * ((x - m) ** 2 / v + Math.log(2 * Math.PI * v));

/** log q(z|x_n), log q(z) and the sum of log q(z_k) at the codes, averaged, with the weights of Chen et al., 2018. */
function aggregated(
  numbers: ObjectiveNumbers,
  { sampling }: Options,
): { own: number; joint: number; factored: number } {
  const { codes, means, variances, datasetSize } = numbers;
  const [batch, others] = [codes.length, codes.length - 1];
  const weight = (i: number, j: number): number => {
    if (sampling === "weighted") return 1 / (batch * datasetSize);
    if (i === j) return 1 / datasetSize;
    return j === (i + 1) % batch ? (datasetSize - others) / (datasetSize * others) : 1 / others;
  };
  const density = (i: number, j: number, k: number): number =>
    Math.exp(logNormal(codes[i]?.[k] as number, means[j]?.[k] as number, variances[j]?.[k] as number));
  const all = coordinates(numbers);
  const each = codes.map((_, i) => i);
  const product = (i: number, j: number): number => all.reduce((p, k) => p * density(i, j, k), 1);
  return {
    own: mean(each.map((i) => Math.log(product(i, i)))),
    joint: mean(each.map((i) => Math.log(total(each.map((j) => weight(i, j) * product(i, j)))))),
    factored: mean(
      each.map((i) =>
        total(all.map((k) => Math.log(total(each.map((j) => weight(i, j) * density(i, j, k)))))),
      ),
    ),
  };
}

const priorAt = ({ codes }: ObjectiveNumbers): number =>
  mean(codes.map((z) => total(z.map((x) => logNormal(x, 0, 1)))));

/** Every term that an objective reports, from its definition; the loss itself and `iwae`'s terms are held to other formulas. */
export const objectiveTerms: Readonly<
  Record<string, (numbers: ObjectiveNumbers, options: Options) => number>
> = {
  reconstruction: ({ codes, distortion }) => mean(codes.map((z, n) => distortion(n, z))),
  kl: (numbers) => total(coordinates(numbers).map((k) => klOf(numbers, k))),
  betaWeight: (_numbers, { beta }) => Number(beta),
  capacity: ({ step }, { capacity, warmup }) => Number(capacity) * Math.min(1, step / Number(warmup)),
  penalty: (numbers, { lambda }) =>
    total(coordinates(numbers).map((k) => Math.max(Number(lambda), klOf(numbers, k)))),
  mmd,
  wassersteinSquared: wasserstein,
  covariancePenalty: dip,
  mutualInformation: (numbers, options) =>
    aggregated(numbers, options).own - aggregated(numbers, options).joint,
  totalCorrelation: (numbers, options) =>
    aggregated(numbers, options).joint - aggregated(numbers, options).factored,
  dimensionwiseKl: (numbers, options) => aggregated(numbers, options).factored - priorAt(numbers),
  mse: ({ codes, squaredError }) => mean(codes.map((z, n) => squaredError(n, z))),
  meanPenalty: ({ means }) => mean(means.flat().map((x) => x * x)),
  variancePenalty: ({ variances }) => mean(variances.flat().map((v) => (1 - v) ** 2)),
  halfSquaredCodes: ({ codes }) => 0.5 * mean(codes.map((z) => total(z.map((x) => x * x)))),
  decoderL2: ({ decoderWeights }) => total(decoderWeights.map((w) => w * w)),
};
