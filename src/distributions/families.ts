/*
 * The families that ship, one line each. The registry offers by name whatever is exported here.
 */
export { bernoulli } from "./bernoulli.js";
export { normal } from "./normal.js";
export { hypersphericalUniform } from "./hyperspherical-uniform.js";
export { powerSpherical } from "./power-spherical.js";
export { vonMisesFisher } from "./von-mises-fisher.js";
export { oneHotCategorical } from "./one-hot-categorical.js";
export { relaxedBernoulli } from "./relaxed-bernoulli.js";
export { relaxedOneHotCategorical } from "./relaxed-one-hot-categorical.js";
export { beta } from "./beta.js";
export { cauchy } from "./cauchy.js";
export { continuousBernoulli } from "./continuous-bernoulli.js";
export { dirichlet } from "./dirichlet.js";
export { exponential } from "./exponential.js";
export { gamma } from "./gamma.js";
export { gumbel } from "./gumbel.js";
export { halfNormal } from "./half-normal.js";
export { kumaraswamy } from "./kumaraswamy.js";
export { laplace } from "./laplace.js";
export { logistic } from "./logistic.js";
export { logisticNormal } from "./logistic-normal.js";
export { logNormal } from "./log-normal.js";
export { poisson } from "./poisson.js";
export { studentT } from "./student-t.js";
export { uniform } from "./uniform.js";
export { vonMises } from "./von-mises.js";
export { mixture } from "./mixture.js";
export { product } from "./product.js";
export { vampPrior } from "./vamp-prior.js";
export { transformed } from "./transformed.js";
export { lowRankNormal } from "./low-rank-normal.js";
export { multivariateNormal } from "./multivariate-normal.js";
