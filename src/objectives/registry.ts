import { Catalogue, isSpec } from "../catalogue/index.js";
import { autoencoderInfo, raeL2Info } from "./autoencoder.js";
import { betaTcVaeInfo } from "./beta-tc-vae.js";
import { betaVaeInfo } from "./beta-vae.js";
import { dipVaeInfo } from "./dip-vae.js";
import { elboInfo } from "./elbo.js";
import { freeBitsInfo } from "./free-bits.js";
import type { ObjectiveInfo } from "./info.js";
import { iwaeInfo } from "./iwae.js";
import type { Objective } from "./objective.js";
import { m2Info } from "./m2.js";
import { laplacianPyramidInfo } from "./pictures/laplacian-pyramid.js";
import { charbonnierInfo, logCoshInfo } from "./pictures/robust.js";
import { sigmaVaeInfo } from "./pictures/sigma-vae.js";
import { msSsimInfo, ssimInfo } from "./pictures/ssim.js";
import { simpleInfo } from "./simple.js";
import { slicedWassersteinInfo } from "./sliced-wasserstein.js";
import { infoVaeInfo, waeMmdInfo } from "./wae-mmd.js";

/** The objectives that can be chosen by name. */
export const objectives: Catalogue<Objective, ObjectiveInfo> = new Catalogue<Objective, ObjectiveInfo>(
  {
    kind: "objective",
    members: ["name", "build"],
    readers: {
      objective: (value, wrong) =>
        typeof value === "string" || isSpec(value) ? objectives.from(value) : wrong("an objective"),
    },
  },
  [
    elboInfo,
    simpleInfo,
    betaVaeInfo,
    freeBitsInfo,
    iwaeInfo,
    betaTcVaeInfo,
    dipVaeInfo,
    infoVaeInfo,
    waeMmdInfo,
    slicedWassersteinInfo,
    autoencoderInfo,
    raeL2Info,
    m2Info,
    ssimInfo,
    msSsimInfo,
    charbonnierInfo,
    logCoshInfo,
    laplacianPyramidInfo,
    sigmaVaeInfo,
  ],
);

/**
 * Makes an objective of one's own known by its name, for the command line, config files and resumed runs. Throws a
 * UserError if the name is not in kebab case or belongs to an objective that ships.
 */
export function registerObjective(info: ObjectiveInfo): void {
  objectives.add(info);
}
