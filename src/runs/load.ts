import { stat } from "node:fs/promises";
import path from "node:path";
import { be, type ChecksOf, requireArgument, requireOptions } from "../catalogue/index.js";
import { fileError } from "../data/index.js";
import type { Family } from "../distributions/index.js";
import {
  type FamilyConfig,
  readCard,
  requireSameCondition,
  requireSameScale,
  TrainedVae,
  unbundle,
  type Vae,
  vaeFromConfig,
  weightsOf,
} from "../model/index.js";
import { UserError } from "../tensor/index.js";
import { madeWeights, type Platform, type TrainState } from "../train/portable.js";
import { isOwnBest, readBest, readLast } from "./checkpoints.js";
import { readModelFolder } from "./model-folder.js";
import { aModel } from "./options.js";
import { readRunConfig, runFiles } from "./run-config.js";
import { type RunConfig, schemaOfRun } from "./saved-run.js";
import { knownFamily } from "./unknown.js";

/** Which of a run's checkpoints. */
export type CheckpointName = "last" | "best";

/** How a model is loaded. */
export interface LoadOptions {
  /** In place of what the files describe: for networks of one's own, which files can't hold. */
  readonly definition?: Vae;
  /** Looks distributions up that are not registered (`registerFamily`); returns undefined for the others. */
  readonly families?: (config: FamilyConfig) => Family | undefined;
  /** Take a run's weights from this checkpoint, rather than the model that its end wrote. */
  readonly checkpoint?: CheckpointName;
}

const loadChecks = {
  definition: aModel,
  families: be.callable,
  checkpoint: be.oneOf(["last", "best"]),
} as const satisfies ChecksOf<LoadOptions>;

/**
 * A trained model out of a run's folder or a model folder. Of a run that was interrupted or killed, it is the
 * last checkpoint's. Throws a UserError naming the file that is missing, damaged or of a later version.
 */
export async function loadModelOn(
  platform: Platform,
  folder: string,
  options: LoadOptions = {},
): Promise<TrainedVae> {
  requireArgument("loadModel", "the folder", folder, be.text);
  requireOptions("loadModel", options, loadChecks);
  const { definition, families, checkpoint } = options;
  const openBackend = platform.openBackend.bind(platform);
  await requireFolder(folder);
  const lookUp = (trainedWith: string | undefined) => (config: FamilyConfig) =>
    families?.(config) ?? knownFamily(config, trainedWith);
  for (const place of checkpoint === undefined ? [folder, path.join(folder, runFiles.model)] : []) {
    const files = await readModelFolder(place);
    if (files === undefined) continue;
    const cardSource = path.join(place, "model.json");
    const card = readCard(files.card.toString("utf8"), cardSource);
    const { configFile } = card.about;
    const file = path.join(place, "weights.safetensors");
    return unbundle(card, files.weights, file, {
      familyFrom: lookUp(typeof configFile === "string" ? configFile : undefined),
      openBackend,
      cardSource,
      ...(definition && { definition }),
    });
  }
  const config = await readRunConfig(folder);
  if (config === undefined) {
    throw new UserError(`${folder} holds neither a run (config.json) nor a model (model.json)`);
  }
  const { file, state } = await readState(folder, checkpoint, config);
  const { model: saved, configFile } = config;
  if (definition !== undefined) {
    requireSameScale(definition, saved);
    requireSameCondition(definition, saved);
  }
  const source = path.join(folder, runFiles.config);
  const model = definition ?? vaeFromConfig(saved, lookUp(configFile), source);
  return new TrainedVae(
    model,
    weightsOf(model, madeWeights(state.tensors), file),
    openBackend,
    schemaOfRun(config),
  );
}

interface FoundState {
  readonly file: string;
  readonly state: TrainState;
}

/**
 * The checkpoint to take weights from. A run that was killed before it had written its best one holds it as its last. By
 * default it is the one with which the run ends, if it has ended, and else the last.
 */
async function readState(
  folder: string,
  name: CheckpointName | undefined,
  config: RunConfig,
): Promise<FoundState> {
  const at = (which: CheckpointName): string => path.join(folder, runFiles[which]);
  const last = await readLast(folder).catch((error: unknown) => {
    if (name === "best") return undefined;
    throw error;
  });
  const progress = last?.state.progress;
  const endsWithBest = progress?.finished === true && typeof config.patience === "number";
  const wantsBest = name === "best" || (name === undefined && (progress === undefined || endsWithBest));
  const isLast = !wantsBest || (progress !== undefined && isOwnBest(progress));
  if (last !== undefined && isLast) return { file: at("last"), state: last.state };
  const best = wantsBest ? await readBest(folder) : undefined;
  if (best !== undefined) return { file: at("best"), state: best };
  throw new UserError(`${at(name ?? "last")} is missing: the run has not saved a checkpoint yet`);
}

async function requireFolder(folder: string): Promise<void> {
  try {
    if ((await stat(folder)).isDirectory()) return;
  } catch (error) {
    throw fileError(error, `read the folder ${folder}`);
  }
  throw new UserError(`${folder} is a file; give the folder of a run or of a model`);
}
