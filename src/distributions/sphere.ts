import { constant, type Expr } from "../graph/index.js";
import { broadcast, type Shape, UserError } from "../tensor/index.js";
import type { Constraint } from "./constraint.js";
import { type ParamValue, paramsOf } from "./define.js";
import type { Distribution, NoiseSource } from "./distribution.js";
import type { EncodingOf, Family } from "./family.js";
import { familyFactory } from "./factory.js";
import type { FamilyInfo } from "./info.js";
import { PolarAngle, type PolarKind } from "./polar-angle.js";
import { logSphereArea } from "./sphere-area.js";
import { suggestion } from "../catalogue/index.js";

/** How a concentration comes of a raw output; all are above 1, so that draws stay off the uniform distribution. */
export type ConcentrationLink = "log" | "softplus";

/** From here on the raw output of the link `log` has no effect: its concentration is 3 million times m. */
const largestLog = 15;

/**
 * The links, for m coordinates. `softplus`: 1 + softplus(raw), as in S-VAE's code. `log`: 1 + m exp(raw). On the sphere
 * a code that tells a nat more in each of its d = m - 1 directions takes e^2 times the concentration, 2,000 at d = 2
 * and 7.3 nats; an optimiser whose steps have one size gets there in even steps of the logarithm, as it does for the
 * logarithm of a normal's variance, and in thousands of steps of a number that is nearly the concentration itself.
 */
const links: Readonly<Record<ConcentrationLink, (raw: Expr, coordinates: number) => Expr>> = {
  log: (raw, coordinates) => raw.minimum(largestLog).exp().mul(coordinates).add(1),
  softplus: (raw) => raw.softplus().add(1),
};

/** Options of a family on the sphere. */
export interface SphereOptions {
  /** As a prior: its concentration around the first axis. */
  readonly concentration?: number;
  /** From a network's raw output to the concentration; default `log`. */
  readonly link?: ConcentrationLink;
}

/** A vector of length 1 along the last axis: the raw outputs over their length. */
export const unitVector: Constraint = {
  name: "unitVector",
  map: (raw) => raw.div(raw.square().sum(-1, true).maximum(1e-24).sqrt()),
};

/** The number of coordinates of a draw. Throws a UserError if the latent variable is no vector of 2 or more. */
export function sphereDimensions(name: string, event: readonly number[]): number {
  const [size] = event;
  if (event.length !== 1 || size === undefined || size < 2) {
    throw new UserError(
      `${name} lives on the unit sphere of at least 2 coordinates (2: the circle, 3: the ball's surface), ` +
        `got an event of shape [${event.join(", ")}]`,
      2,
    );
  }
  return size;
}

/** Uniform points on the unit sphere, [..., m], from normal noise. */
export function uniformDirections(noise: NoiseSource, shape: Shape): Expr {
  const normal = noise.draw("normal", shape);
  return normal.div(normal.square().sum(-1, true).maximum(1e-24).sqrt());
}

/**
 * Turns points around the first axis into points around `loc`, by a Householder reflection. The mirror swaps
 * the axis with loc or with -loc, whichever is farther (as in a QR decomposition; the second is followed by the
 * point reflection), so that neither values nor gradients become singular anywhere.
 */
export function turnTo(loc: Expr, points: Expr): Expr {
  const first = loc.slice(-1, 0, 1);
  const sign = first.greaterEqual(0).where(1, -1).cast(loc.dtype);
  const axis = constant(
    Array.from({ length: loc.shape.at(-1) as number }, (_, i) => (i === 0 ? 1 : 0)),
    loc.dtype,
  );
  const mirror = loc.add(sign.mul(axis));
  const along = points.mul(mirror).sum(-1, true).mul(2).div(mirror.square().sum(-1, true));
  return mirror.mul(along).sub(points).mul(sign);
}

/** What one rotationally symmetric family on the sphere differs in from another. */
export interface SphereSpec {
  readonly name: string;
  readonly description: string;
  readonly kind: PolarKind;
  /** The energy from the cosine of the angle. */
  energyOfCosine(cosine: Expr): Expr;
}

/** A distribution on the unit sphere around `loc`, whose angle has a known distribution. */
export interface SphereDistribution extends Distribution {
  mean(): Expr;
  entropy(): Expr;
}

/** Makes families and distributions of one kind on the sphere. */
export interface SphereFactory {
  /** The family. Throws a UserError for a link that there is not. */
  (options?: SphereOptions): Family<EncodingOf<"mean" | "loc" | "concentration">>;
  readonly familyName: string;
  readonly info: FamilyInfo;
  /**
   * Around unit vectors `loc` [..., m], with concentrations [...]. Gradients by loc have a meaning along the sphere
   * only; `unitVector` maps any vectors there.
   */
  of(params: { readonly loc: ParamValue; readonly concentration: ParamValue }): SphereDistribution;
}

/** The distribution of given parameters. */
function sphereDistribution(spec: SphereSpec, loc: Expr, given: Expr): SphereDistribution {
  const m = sphereDimensions(spec.name, loc.shape.slice(-1) as number[]);
  const batch = broadcast(loc.shape.slice(0, -1), given.shape);
  const like = [loc.slice(-1, 0, 1).squeeze(-1), given].find((x) => x.rank === batch.length);
  const concentration = given.expand(batch, like);
  const angle = new PolarAngle(spec.kind, concentration, m);
  const energy = angle.meanEnergy();
  const logNormalizer = angle.logNormalizer().add(logSphereArea(m - 1));
  const exact = spec.kind.moments?.(concentration, m);
  const meanCosine = exact?.cosine ?? angle.expectation((t) => t.mul(0.5).sin().square().mul(-2).add(1));
  const cosine = meanCosine.unsqueeze(-1);
  const full = (value: Expr): Expr => value.expand([...batch, m], value);
  return {
    name: spec.name,
    params: { loc, concentration },
    shape: [...batch, m],
    eventRank: 1,
    support: "sphere",
    logProb: (x) => spec.energyOfCosine(x.mul(loc).sum(-1)).mul(concentration).neg().sub(logNormalizer),
    rsample: (noise, sampleShape = []) => {
      const t = angle.quantile(noise.draw("uniform", [...sampleShape, ...batch])).unsqueeze(-1);
      const around = uniformDirections(noise, [...sampleShape, ...batch, m - 1]);
      const first = t.mul(0.5).sin().square().mul(-2).add(1);
      const rest = around.mul(t.sin());
      return turnTo(loc, first.pad(-1, 0, m - 1).add(rest.pad(-1, 1, 0)));
    },
    mean: () => full(loc.mul(cosine)),
    variance: () => {
      if (exact !== undefined) {
        const [along, sideways] = [exact.along.unsqueeze(-1), exact.sideways.unsqueeze(-1)];
        const share = loc.square();
        return full(share.mul(along).add(share.neg().add(1).mul(sideways)));
      }
      const sideways = angle
        .expectation((t) => t.sin().square())
        .unsqueeze(-1)
        .div(m - 1);
      const second = sideways
        .mul(m - 1)
        .neg()
        .add(1);
      const along = second.sub(cosine.square()).maximum(0);
      return full(loc.square().mul(along.sub(sideways)).add(sideways));
    },
    entropy: () => energy.mul(concentration).add(logNormalizer),
  };
}

/** Makes a family of distributions on the sphere; raw outputs are m numbers for `loc`, one for the rest. */
export function sphereFactory(spec: SphereSpec): SphereFactory {
  const factory = (options: SphereOptions = {}): Family<EncodingOf<"mean" | "loc" | "concentration">> => {
    const { link = "log" } = options;
    if (!Object.hasOwn(links, link)) {
      throw new UserError(
        `${spec.name}: link can't be "${link}"; ${suggestion(link, Object.keys(links))}`,
        2,
      );
    }
    return {
      name: spec.name,
      config: { ...options, link },
      support: "sphere",
      rawSize: (event) => sphereDimensions(spec.name, event) + 1,
      fromRaw: (raw, event) => {
        const m = sphereDimensions(spec.name, event);
        const [loc, concentration] = raw.split(-1, [m, 1]) as [Expr, Expr];
        return sphereDistribution(spec, unitVector.map(loc), links[link](concentration, m).squeeze(-1));
      },
      prior: (event, { dtype }) => {
        const m = sphereDimensions(spec.name, event);
        if (options.concentration === undefined) {
          throw new UserError(
            `${spec.name} as a prior needs a concentration, such as ${spec.name}(concentration=5); ` +
              `without a preferred direction it is hyperspherical-uniform`,
            2,
          );
        }
        const loc = Array.from({ length: m }, (_, i) => (i === 0 ? 1 : 0));
        return sphereDistribution(spec, constant(loc, dtype), constant(options.concentration, dtype));
      },
    };
  };
  const info: FamilyInfo = {
    name: spec.name,
    description: spec.description,
    roles: ["posterior", "prior"],
    examples: [spec.name, `${spec.name}(concentration=3)`, `${spec.name}(link=softplus)`],
    options: {
      concentration: {
        type: "number",
        min: 0,
        about: "as a prior: its concentration around the first axis",
      },
      link: {
        type: "text",
        choices: Object.keys(links),
        default: "log",
        about: "from a network's output to the concentration: 1 + z exp(output), or 1 + softplus(output)",
      },
    },
    savedBefore: { link: "softplus" },
    make: (options) => factory(options),
  };
  return familyFactory(factory, {
    familyName: spec.name,
    info,
    of: (params: { readonly loc: ParamValue; readonly concentration: ParamValue }) => {
      const { loc, concentration } = paramsOf(spec.name, ["loc", "concentration"], params);
      return sphereDistribution(spec, loc, concentration);
    },
  });
}
