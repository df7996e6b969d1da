import { type LatentKind, latentSpace, type LatentSpacePart, type TrainedVae } from "latent/web";

type Family = LatentSpacePart["family"];

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

function described(kind: LatentKind, { name, support, config }: Family, size: number): Described {
  const on = (as: PartKind, low: number, high: number, group = 1): Described => ({
    kind: as,
    range: [low, high],
    group,
  });
  switch (kind) {
    case "one-hot":
      return on("choice", 0, 1, whole(config, "classes", size));
    case "codebook":
      return on("codebook", -1, 1, whole(config, "width", size));
    case "sphere":
      return size === 2 ? on("circle", -1, 1, 2) : on("sphere", -1, 1);
    case "simplex":
      return size === 2 ? on("plane", 0, 1) : on("simplex", 0, 1);
    case "angle":
      return on("circle", -Math.PI, Math.PI);
    case "unit":
      return on(name === "relaxed-bernoulli" || support === "binary" ? "bits" : "plane", 0, 1);
    case "positive":
      return on("plane", 0, 4);
    default:
      return on("plane", -3, 3);
  }
}

/** The parts of a latent space, in their order, as they are drawn on. */
export function drawnParts(parts: readonly LatentSpacePart[]): LatentPart[] {
  return parts.map(({ name, kind, start, size, family }) => {
    const found = described(kind, family, size);
    const range = family.support === "interval" ? limitsOf(family) : found.range;
    return { name, family: family.name, start, size, ...found, range };
  });
}

/** The parts of a model's latent space. */
export const partsOfModel = (model: TrainedVae): LatentPart[] => drawnParts(latentSpace(model));

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
