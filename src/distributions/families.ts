/*
 * The families that ship, one line each. The registry offers by name whatever is exported here.
 */
export { bernoulli } from "./bernoulli.js";
export { normal } from "./normal.js";
export { hypersphericalUniform } from "./hyperspherical-uniform.js";
export { powerSpherical } from "./power-spherical.js";
export { vonMisesFisher } from "./von-mises-fisher.js";
