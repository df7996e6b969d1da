export type { OfOption } from "./compared.js";
export { laplacianPyramid, type LaplacianPyramidOptions } from "./laplacian-pyramid.js";
export { charbonnier, type CharbonnierOptions, logCosh, type LogCoshOptions } from "./robust.js";
export { sigmaVae, type SigmaVaeOptions } from "./sigma-vae.js";
export { msSsim, type MsSsimOptions, ssim, type SsimOptions } from "./ssim.js";
