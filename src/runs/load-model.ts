import { be, type ChecksOf } from "../catalogue/index.js";
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
import { type ModelPlace, readModelFolder } from "./model-folder.js";
import { aModel } from "./options.js";
import { type RunPlace, textOf } from "./place/place.js";
import { configIn, runFiles } from "./run-files.js";
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

export const loadChecks = {
  definition: aModel,
  families: be.callable,
  checkpoint: be.oneOf(["last", "best"]),
} as const satisfies ChecksOf<LoadOptions>;

type OpenBackend = Platform["openBackend"];

const lookUp =
  ({ families }: LoadOptions, trainedWith: string | undefined) =>
  (config: FamilyConfig): Family =>
    families?.(config) ?? knownFamily(config, trainedWith);

/** The model that the end of a run, or a user, wrote into a folder, or undefined if there is none. */
export async function finishedModel(
  place: ModelPlace,
  openBackend: OpenBackend,
  options: LoadOptions = {},
): Promise<TrainedVae | undefined> {
  const files = await readModelFolder(place);
  if (files === undefined) return undefined;
  const at = (name: string): string => place.place.at(place.folder === "" ? name : `${place.folder}/${name}`);
  const cardSource = at("model.json");
  const card = readCard(textOf(files.card), cardSource);
  const { configFile } = card.about;
  const { definition } = options;
  return unbundle(card, files.weights, at("weights.safetensors"), {
    familyFrom: lookUp(options, typeof configFile === "string" ? configFile : undefined),
    openBackend,
    cardSource,
    ...(definition && { definition }),
  });
}

/** The model of a run's checkpoint: of the one that is named or, by default, of that with which the run stands. */
export async function checkpointModel(
  place: RunPlace,
  config: RunConfig,
  openBackend: OpenBackend,
  options: LoadOptions = {},
): Promise<TrainedVae> {
  const { file, state } = await readState(place, options.checkpoint, config);
  const { model: saved, configFile } = config;
  const { definition } = options;
  if (definition !== undefined) {
    requireSameScale(definition, saved);
    requireSameCondition(definition, saved);
  }
  const model = definition ?? vaeFromConfig(saved, lookUp(options, configFile), place.at(runFiles.config));
  return new TrainedVae(
    model,
    weightsOf(model, madeWeights(state.tensors), file),
    openBackend,
    schemaOfRun(config),
  );
}

/**
 * A trained model out of a place that holds a run or a model. Of a run that was interrupted or killed, it is the
 * last checkpoint's. Throws a UserError naming the file that is missing, damaged or of a later version.
 */
export async function modelIn(
  place: RunPlace,
  openBackend: OpenBackend,
  options: LoadOptions = {},
): Promise<TrainedVae> {
  const folders = options.checkpoint === undefined ? (["", runFiles.model] as const) : [];
  for (const folder of folders) {
    const model = await finishedModel({ place, folder }, openBackend, options);
    if (model !== undefined) return model;
  }
  const config = await configIn(place);
  if (config === undefined) {
    throw new UserError(`${place.name} holds neither a run (config.json) nor a model (model.json)`);
  }
  return checkpointModel(place, config, openBackend, options);
}

interface FoundState {
  readonly file: string;
  readonly state: TrainState;
}

/**
 * The checkpoint to take weights from. A run that was killed before it had written its best one holds it as its last. By
 * default it is the one with which the run ends, if it has ended, and else the last.
 */
export async function readState(
  place: RunPlace,
  name: CheckpointName | undefined,
  config: RunConfig,
): Promise<FoundState> {
  const at = (which: CheckpointName): string => place.at(runFiles[which]);
  const last = await readLast(place).catch((error: unknown) => {
    if (name === "best") return undefined;
    throw error;
  });
  const progress = last?.state.progress;
  const endsWithBest = progress?.finished === true && typeof config.patience === "number";
  const wantsBest = name === "best" || (name === undefined && (progress === undefined || endsWithBest));
  const isLast = !wantsBest || (progress !== undefined && isOwnBest(progress));
  if (last !== undefined && isLast) return { file: at("last"), state: last.state };
  const best = wantsBest ? await readBest(place) : undefined;
  if (best !== undefined) return { file: at("best"), state: best };
  throw new UserError(`${at(name ?? "last")} is missing: the run has not saved a checkpoint yet`);
}
