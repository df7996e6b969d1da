import type { Family, TrainedVae } from "latent/web";

/** What one draws on to choose the numbers of a part: a pad, a ring, a ball, a triangle, or buttons. */
export type PartKind = "plane" | "circle" | "sphere" | "simplex" | "bits" | "choice" | "codebook";

/** Latent coordinates that belong together; most models have but one part. */
export interface LatentPart {
  /** The part's name in a product, else the posterior's family. */
  readonly name: string;
  /** The family of its posterior. */
  readonly family: string;
  readonly kind: PartKind;
  /** Its place among the coordinates. */
  readonly start: number;
  readonly size: number;
  /** Where a coordinate goes from and to before any codes are known. */
  readonly range: readonly [low: number, high: number];
  /** Coordinates of one choice (`choice`) or of one code (`codebook`). */
  readonly group: number;
}

type Described = Pick<LatentPart, "kind" | "range" | "group">;

const whole = (config: Family["config"], key: string, otherwise: number): number => {
  const told = config[key];
  return typeof told === "number" ? told : otherwise;
};

function limitsOf({ config }: Family): readonly [number, number] {
  return [whole(config, "low", -1), whole(config, "high", 1)];
}

function described({ name, support, config }: Family, size: number): Described {
  const on = (kind: PartKind, low: number, high: number, group = 1): Described => ({
    kind,
    range: [low, high],
    group,
  });
  if (name === "relaxed-bernoulli" || support === "binary") return on("bits", 0, 1);
  if (name.includes("one-hot") || support === "oneHot")
    return on("choice", 0, 1, whole(config, "classes", size));
  if (name === "vector-quantised") return on("codebook", -1, 1, whole(config, "width", size));
  if (support === "sphere") return size === 2 ? on("circle", -1, 1, 2) : on("sphere", -1, 1);
  if (support === "simplex") return size === 2 ? on("plane", 0, 1) : on("simplex", 0, 1);
  if (support === "angle") return on("circle", -Math.PI, Math.PI);
  if (support === "unitInterval") return on("plane", 0, 1);
  if (support === "positive") return on("plane", 0, 4);
  return support === "interval" ? on("plane", 0, 0) : on("plane", -3, 3);
}

function partsOf(family: Family, size: number, start: number, name: string): LatentPart[] {
  const inner = family.parts?.([size]);
  if (inner !== undefined) {
    return inner.flatMap((part) => partsOf(part.family, part.size, start + part.start, part.key));
  }
  const found = described(family, size);
  const range = family.support === "interval" ? limitsOf(family) : found.range;
  return [{ name, family: family.name, start, size, ...found, range }];
}

/** The parts of a model's latent space, in their order. */
export function partsOfModel({
  definition: { posterior, latent },
}: Pick<TrainedVae, "definition">): LatentPart[] {
  return partsOf(posterior, latent, 0, posterior.name);
}

/** A code from which to start: the middle of every part. */
export function middleOf(parts: readonly LatentPart[], codebook?: Float32Array): Float32Array {
  const z = new Float32Array(parts.reduce((sum, { size }) => sum + size, 0));
  for (const { kind, start, size, range, group } of parts) {
    if (kind === "sphere") z[start + size - 1] = 1;
    else if (kind === "simplex") z.fill(1 / size, start, start + size);
    else if (kind === "circle" && group === 2) z[start] = 1;
    else if (kind === "choice") for (let at = start; at < start + size; at += group) z[at] = 1;
    else if (kind === "codebook" && codebook) {
      for (let at = start; at < start + size; at += group) z.set(codebook.subarray(0, group), at);
    } else if (kind === "plane") z.fill(range[0] >= 0 ? (range[0] + range[1]) / 2 : 0, start, start + size);
  }
  return z;
}

/** The codebook [codes, width] of a model with one, as its weights have it. */
export function codebookOf({ weights }: Pick<TrainedVae, "weights">): Float32Array | undefined {
  const found = Object.entries(weights).find(([name]) => name.endsWith("codebook"));
  return found?.[1].data as Float32Array | undefined;
}
