import { constant } from "../graph/index.js";
import { aStaticShape, be, requireArgument, type Shape, UserError } from "../tensor/index.js";
import type { Distribution } from "./distribution.js";
import type { Family } from "./family.js";
import { familyFactory } from "./factory.js";
import type { FamilyInfo } from "./info.js";
import { logSphereArea } from "./sphere-area.js";
import { sphereDimensions, uniformDirections } from "./sphere.js";

const name = "hyperspherical-uniform";

function uniformOn(m: number, batch: Shape, dtype: "float32" | "float64"): Distribution {
  const logDensity = -logSphereArea(m);
  return {
    name,
    params: {},
    shape: [...batch, m],
    eventRank: 1,
    support: "sphere",
    logProb: (x) => x.sum(-1).mul(0).add(logDensity),
    rsample: (noise, sampleShape = []) => uniformDirections(noise, [...sampleShape, ...batch, m]),
    mean: () => constant(0, dtype).expand([...batch, m]),
    variance: () => constant(1 / m, dtype).expand([...batch, m]),
    entropy: () => constant(-logDensity, dtype).expand(batch),
  };
}

const info: FamilyInfo = {
  name,
  description: "the same everywhere on the unit sphere; the prior of von Mises-Fisher and Power Spherical",
  roles: ["prior"],
  options: {},
  make: () => hypersphericalUniform(),
};

/** Makes the uniform distribution on the sphere. */
export interface HypersphericalUniform {
  (): Family;
  readonly familyName: string;
  readonly info: FamilyInfo;
  /** On the unit sphere in m >= 2 coordinates, with the given batch shape (default none). */
  of(m: number, batch?: readonly number[], dtype?: "float32" | "float64"): Distribution;
}

/** The uniform distribution on the unit sphere, a prior without parameters. The latent size z counts coordinates. */
export const hypersphericalUniform: HypersphericalUniform = familyFactory(
  (): Family => ({
    name,
    config: {},
    support: "sphere",
    rawSize: () => 0,
    fromRaw: () => {
      throw new UserError(`${name} has no parameters to learn; use von-mises-fisher or power-spherical`, 2);
    },
    prior: (event, { dtype }) => uniformOn(sphereDimensions(name, event), [], dtype),
  }),
  {
    familyName: name,
    info,
    of: (m: number, batch: readonly number[] = [], dtype: "float32" | "float64" = "float32") => {
      requireArgument(`${name}.of`, "the number of coordinates", m, be.whole(2));
      requireArgument(`${name}.of`, "the batch shape", batch, aStaticShape);
      requireArgument(`${name}.of`, "the dtype", dtype, be.oneOf(["float32", "float64"]));
      return uniformOn(m, batch, dtype);
    },
  },
);
