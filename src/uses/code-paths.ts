import { be, type ChecksOf, requireArgument, requireOptions } from "../catalogue/index.js";
import { type Tensor, tensor, UserError } from "../tensor/index.js";
import type { LatentPart } from "./latent-space.js";
import { requireCode } from "./traverse.js";

/** How a path leads: straight, or along the arc between the directions of both codes (White, Sampling Generative Networks, 2016). */
export type CodePath = "linear" | "spherical";

/** Where codes are moved. */
export interface WithinOptions {
  /** What the coordinates are, as `latentSpace(model)` says, so that results are codes too; default: any numbers. */
  readonly within?: readonly LatentPart[];
}

/** How a path between codes is found. */
export interface InterpolateCodesOptions extends WithinOptions {
  /** Default `linear`. Spheres are always followed along their surface, angles the short way round. */
  readonly way?: CodePath;
}

/** A code and what it is multiplied by. */
export interface CodeTerm {
  /** [latent], or a tensor [1, latent]. */
  readonly code: ArrayLike<number> | Tensor<"float32">;
  /** Default 1. */
  readonly weight?: number;
}

const aSpace = be.list(
  be.having(["kind", "start", "size"], "a part of a latent space"),
  1,
  "latentSpace(model)",
);
const withinChecks = { within: aSpace } as const satisfies ChecksOf<WithinOptions>;

const aCode = {
  expected: "a code, numbers or a tensor [1, latent]",
  ok: (value: unknown) =>
    typeof value === "object" && value !== null && ("length" in value || "data" in value),
};

function numbersOf(code: ArrayLike<number> | Tensor<"float32">): number[] {
  return Array.from("data" in code ? code.data : code);
}

function spaceOf(
  where: string,
  within: readonly LatentPart[] | undefined,
  latent: number,
): readonly LatentPart[] {
  if (within === undefined) return [{ name: "code", kind: "real", start: 0, size: latent }];
  const size = within.reduce((sum, part) => sum + part.size, 0);
  if (size === latent) return within;
  throw new UserError(`${where}: the codes have ${latent} coordinates, the latent space ${size}`, 2);
}

const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, x, i) => sum + x * (b[i] ?? 0), 0);
const line = (a: readonly number[], b: readonly number[], t: number): number[] =>
  a.map((x, i) => x * (1 - t) + (b[i] ?? 0) * t);

/** The angle from one to another, the short way round. */
const turn = (from: number, to: number): number => {
  const away = (to - from + Math.PI) / (2 * Math.PI);
  return (away - Math.floor(away)) * 2 * Math.PI - Math.PI;
};
const wrapped = (angle: number): number => turn(0, angle);

/** A direction across another. */
function across(a: readonly number[]): number[] {
  const least = a.reduce((best, x, i) => (Math.abs(x) < Math.abs(a[best] ?? 0) ? i : best), 0);
  const share = (a[least] ?? 0) / dot(a, a);
  return a.map((x, i) => (i === least ? 1 : 0) - share * x);
}

/** The place on the arc between two vectors, whose lengths go over into each other. */
function arc(a: readonly number[], b: readonly number[], t: number): number[] {
  const [la, lb] = [Math.sqrt(dot(a, a)), Math.sqrt(dot(b, b))];
  if (la === 0 || lb === 0) return line(a, b, t);
  const cosine = Math.max(-1, Math.min(1, dot(a, b) / (la * lb)));
  const angle = Math.acos(cosine);
  if (angle < 1e-6) return line(a, b, t);
  const length = la * (1 - t) + lb * t;
  const unit = a.map((x) => x / la);
  const aside = b.map((x, i) => x / lb - cosine * (unit[i] ?? 0));
  const side = Math.PI - angle < 1e-6 ? across(unit) : aside;
  const size = Math.sqrt(dot(side, side));
  return unit.map(
    (x, i) => length * (x * Math.cos(t * angle) + ((side[i] ?? 0) / size) * Math.sin(t * angle)),
  );
}

/** Numbers as a code of a kind, as near as they are. */
function asCode(kind: LatentPart["kind"], values: readonly number[]): number[] {
  switch (kind) {
    case "positive":
      return values.map((x) => Math.max(1e-6, x));
    case "unit":
      return values.map((x) => Math.min(1, Math.max(0, x)));
    case "sphere": {
      const length = Math.sqrt(dot(values, values));
      return length > 1e-12 ? values.map((x) => x / length) : values.map((_, i) => (i === 0 ? 1 : 0));
    }
    case "simplex": {
      const shares = values.map((x) => Math.max(0, x));
      const sum = shares.reduce((a, b) => a + b, 0);
      return shares.map((x) => (sum > 0 ? x / sum : 1 / shares.length));
    }
    case "one-hot": {
      const most = values.indexOf(Math.max(...values));
      return values.map((_, i) => (i === most ? 1 : 0));
    }
    case "angle":
      return values.map(wrapped);
    default:
      return [...values];
  }
}

function between(
  kind: LatentPart["kind"],
  a: readonly number[],
  b: readonly number[],
  t: number,
  way: CodePath,
): number[] {
  if (kind === "angle") return a.map((x, i) => wrapped(x + t * turn(x, b[i] ?? 0)));
  if (kind === "sphere") return asCode(kind, arc(a, b, t));
  return asCode(kind, way === "spherical" && kind === "real" ? arc(a, b, t) : line(a, b, t));
}

function requireSize(where: string, latent: number): number {
  if (latent >= 1) return latent;
  throw new UserError(`${where}: a code has at least one coordinate`, 2);
}

/**
 * Codes [n, latent] on the way from one code to another, both included: to be decoded together. In high dimensions the straight
 * way between draws of a normal prior leads through a middle where hardly any draw lies; `spherical` keeps their lengths.
 *
 *     const path = interpolateCodes(codes[0], codes[1], 30, { way: "spherical", within: latentSpace(model) });
 *
 * Throws a UserError for codes of different lengths or numbers that are not finite.
 */
export function interpolateCodes(
  from: ArrayLike<number> | Tensor<"float32">,
  to: ArrayLike<number> | Tensor<"float32">,
  n: number,
  options: InterpolateCodesOptions = {},
): Tensor<"float32"> {
  requireArgument("interpolateCodes", "the first code", from, aCode);
  requireArgument("interpolateCodes", "the last code", to, aCode);
  requireArgument("interpolateCodes", "the number of codes", n, be.whole(2, 100_000));
  requireOptions("interpolateCodes", options, { ...withinChecks, way: be.oneOf(["linear", "spherical"]) });
  const { way = "linear", within } = options;
  const [a, b] = [numbersOf(from), numbersOf(to)];
  const latent = requireSize("interpolateCodes", a.length);
  requireCode("interpolateCodes", "the first code", a, latent);
  requireCode("interpolateCodes", "the last code", b, latent);
  const codes = tensor("float32", [n, latent]);
  for (const { kind, start, size } of spaceOf("interpolateCodes", within, latent)) {
    const [p, q] = [a.slice(start, start + size), b.slice(start, start + size)];
    for (let i = 0; i < n; i++) codes.data.set(between(kind, p, q, i / (n - 1), way), i * latent + start);
  }
  return codes;
}

/**
 * A code [1, latent] out of others, each multiplied by its weight and added up: `blendCodes([{ code: smiling }, { code: neutral,
 * weight: -1 }, { code: other }])`. With `within` the result is brought back into the latent space: spheres to length 1, shares to a
 * sum of 1, angles round. Throws a UserError for codes of different lengths or numbers that are not finite.
 */
export function blendCodes(terms: readonly CodeTerm[], options: WithinOptions = {}): Tensor<"float32"> {
  requireArgument(
    "blendCodes",
    "the terms",
    terms,
    be.list(be.having(["code"], "a term, { code, weight }"), 1, "[{ code, weight: 1 }]"),
  );
  requireOptions("blendCodes", options, withinChecks);
  const all = terms.map(({ code, weight = 1 }, i) => {
    requireArgument("blendCodes", `the code of term ${i}`, code, aCode);
    requireArgument("blendCodes", `the weight of term ${i}`, weight, be.number());
    return { code: numbersOf(code), weight };
  });
  const latent = requireSize("blendCodes", all[0]?.code.length ?? 0);
  all.forEach(({ code }, i) => requireCode("blendCodes", `the code of term ${i}`, code, latent));
  const total = all.reduce((sum, { weight }) => sum + weight, 0);
  const blended = tensor("float32", [1, latent]);
  for (const { kind, start, size } of spaceOf("blendCodes", options.within, latent)) {
    const values = Array.from({ length: size }, (_, k) => {
      const at = (code: readonly number[]): number => code[start + k] ?? 0;
      if (kind !== "angle") return all.reduce((sum, { code, weight }) => sum + weight * at(code), 0);
      const origin = at(all[0]?.code ?? []);
      return total * origin + all.reduce((sum, { code, weight }) => sum + weight * turn(origin, at(code)), 0);
    });
    blended.data.set(asCode(kind, values), start);
  }
  return blended;
}
