/** A kind of score. Of each, higher is more anomalous. */
export interface ScoreKind {
  /** What it is in a few words, for tables and pictures. */
  readonly title: string;
  readonly unit: string;
}

/** The scores by the names of their columns, in their order. */
export const scoreKinds = {
  reconstruction: { title: "reconstruction, -log p(x|z)", unit: "nats" },
  kl: { title: "KL(q(z|x) || p(z))", unit: "nats" },
  negativeElbo: { title: "negative ELBO", unit: "nats" },
  negativeLogLikelihood: { title: "-log p(x), importance sampled", unit: "nats" },
  squaredError: { title: "squared error of the reconstruction", unit: "" },
  errorPerInk: { title: "squared error per unit of ink", unit: "" },
  typicality: { title: "negative ELBO, unusual on either side", unit: "nats" },
  codeDistance: { title: "Mahalanobis distance of the code", unit: "" },
  codeNeighbours: { title: "distance to the nearest usual codes", unit: "" },
  recommended: { title: "recommended", unit: "nats" },
} as const satisfies Readonly<Record<string, ScoreKind>>;

/** The name of a score. */
export type ScoreName = keyof typeof scoreKinds;

/** All names, in their order. */
export const scoreNames = Object.keys(scoreKinds) as ScoreName[];

/** Scores by name, a number an example each. */
export type ScoreColumns = Readonly<Partial<Record<ScoreName, Float32Array | Float64Array>>>;
