import { stat } from "node:fs/promises";
import path from "node:path";
import { be, type OptionChecks, requireArgument, requireOptions } from "../catalogue/index.js";
import { fileError, readIfThere } from "../data/index.js";
import type { Family } from "../distributions/index.js";
import {
  type FamilyConfig,
  readCard,
  requireSameScale,
  TrainedVae,
  unbundle,
  type Vae,
  vaeFromConfig,
} from "../model/index.js";
import { type Tensor, UserError } from "../tensor/index.js";
import { decodeCheckpoint } from "../train/checkpoint.js";
import { checksumFile, verifyChecksum } from "../train/checksums.js";
import type { Platform } from "../train/portable.js";
import { aModel } from "./options.js";
import { readRunConfig, runFiles } from "./run-config.js";
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
} as const satisfies OptionChecks;

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
  const { file, bytes } = await readCheckpoint(
    folder,
    checkpoint === undefined ? ["last", "best"] : [checkpoint],
  );
  const { tensors } = decodeCheckpoint(bytes, file);
  const { model: saved, configFile } = config;
  if (definition !== undefined) requireSameScale(definition, saved);
  const source = path.join(folder, runFiles.config);
  const model = definition ?? vaeFromConfig(saved, lookUp(configFile), source);
  const own = Object.keys(model.parameters).flatMap((name) =>
    tensors[name] === undefined ? [] : [[name, tensors[name]] as const],
  );
  return new TrainedVae(model, Object.fromEntries<Tensor>(own), openBackend);
}

async function readModelFolder(folder: string): Promise<{ card: Buffer; weights: Buffer } | undefined> {
  const cardFile = path.join(folder, "model.json");
  const card = await readIfThere(cardFile);
  if (card === undefined) return undefined;
  const file = path.join(folder, "weights.safetensors");
  const weights = await readIfThere(file);
  if (weights === undefined) throw new UserError(`${file} is missing, though ${cardFile} is there`);
  const sums = (await readIfThere(path.join(folder, checksumFile)))?.toString("utf8") ?? "";
  verifyChecksum(sums, "weights.safetensors", weights, file);
  verifyChecksum(sums, "model.json", card, cardFile);
  return { card, weights };
}

async function readCheckpoint(
  folder: string,
  names: readonly CheckpointName[],
): Promise<{ file: string; bytes: Buffer }> {
  for (const name of names) {
    const file = path.join(folder, runFiles[name]);
    const bytes = await readIfThere(file);
    if (bytes !== undefined) return { file, bytes };
  }
  const missing = path.join(folder, runFiles[names[0] ?? "last"]);
  throw new UserError(`${missing} is missing: the run has not saved a checkpoint yet`);
}

async function requireFolder(folder: string): Promise<void> {
  try {
    if ((await stat(folder)).isDirectory()) return;
  } catch (error) {
    throw fileError(error, `read the folder ${folder}`);
  }
  throw new UserError(`${folder} is a file; give the folder of a run or of a model`);
}
