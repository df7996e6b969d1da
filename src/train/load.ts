import { stat } from "node:fs/promises";
import path from "node:path";
import { fileError, readIfThere } from "../data/index.js";
import { type Family, distributions } from "../distributions/index.js";
import {
  type FamilyConfig,
  readCard,
  requireSameScale,
  TrainedVae,
  unbundle,
  type Vae,
  type VaeConfig,
  vaeFromConfig,
} from "../model/index.js";
import { type Tensor, UserError } from "../tensor/index.js";
import { decodeCheckpoint } from "./checkpoint.js";
import { checksumFile, verifyChecksum } from "./checksums.js";
import { readRunConfig, runFiles, schemaOfRun } from "./run-config.js";
import type { Platform } from "./train.js";

/** Which of a run's checkpoints. */
export type CheckpointName = "last" | "best";

/** How a model is loaded. */
export interface LoadOptions {
  /** In place of what the files describe: for networks of one's own, which files can't hold. */
  readonly definition?: Vae;
  /** Looks distributions up that are not registered (`registerFamily`); answers undefined for the others. */
  readonly families?: (config: FamilyConfig) => Family | undefined;
  /** Take a run's weights from this checkpoint, rather than the model that its end wrote. */
  readonly checkpoint?: CheckpointName;
}

/**
 * A trained model out of a run's folder or a model folder. Of a run that was interrupted or killed, it is the
 * last checkpoint's. Throws a UserError naming the file that is missing, damaged or of a later version.
 */
export async function loadModelOn(
  platform: Platform,
  folder: string,
  options: LoadOptions = {},
): Promise<TrainedVae> {
  const { definition, families, checkpoint } = options;
  const lookUp = (config: FamilyConfig): Family => families?.(config) ?? distributions.from(config);
  const openBackend = platform.openBackend.bind(platform);
  await requireFolder(folder);
  for (const place of checkpoint === undefined ? [folder, path.join(folder, runFiles.model)] : []) {
    const files = await readModelFolder(place);
    if (files === undefined) continue;
    const card = readCard(files.card.toString("utf8"), path.join(place, "model.json"));
    const file = path.join(place, "weights.safetensors");
    return unbundle(card, files.weights, file, {
      familyFrom: lookUp,
      openBackend,
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
  const saved = config.model as unknown as VaeConfig;
  if (definition !== undefined) requireSameScale(definition, saved);
  const model = definition ?? vaeFromConfig(saved, lookUp);
  const own = Object.keys(model.parameters).flatMap((name) =>
    tensors[name] === undefined ? [] : [[name, tensors[name]] as const],
  );
  return new TrainedVae(model, Object.fromEntries<Tensor>(own), openBackend, schemaOfRun(config));
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
