import { readCard, type TrainedVae, unbundle } from "../../model/index.js";
import { knownFamily } from "../../runs/index.js";
import { getBlob, type Store } from "../../store/index.js";
import type { Platform } from "../../train/index.js";
import { textOf } from "../plan.js";
import type { BulkPlan } from "../protocol.js";
import { sourcePath } from "../sources.js";
import { encodeTask } from "./encode.js";
import { generateTask } from "./generate.js";
import { imputeTask } from "./impute.js";
import { scoreTask } from "./score.js";
import type { ShardTask, TaskPlace } from "./task.js";

/** Where a machine finds what runs are about. */
export interface TaskSurroundings {
  readonly store: Store;
  /** Folders below which data are looked up. */
  readonly roots: readonly string[];
  readonly platform: Platform;
  readonly memory?: number;
}

/** The model of a plan, out of the store, checked. */
export async function modelOfPlan(
  { model }: BulkPlan,
  store: Store,
  platform: Platform,
): Promise<TrainedVae> {
  const place = `the model ${model.card.sha256.slice(0, 12)} in ${store.place}`;
  const card = readCard(await textOf(store, model.card), place);
  return unbundle(card, await getBlob(store, model.weights), place, {
    familyFrom: (config) => knownFamily(config, undefined),
    openBackend: () => platform.openBackend(),
  });
}

/** Opens what a run's shards need: its data and its model, both checked. Throws a UserError that says what is missing. */
export async function openTask(plan: BulkPlan, surroundings: TaskSurroundings): Promise<ShardTask> {
  const { store, roots, platform, memory } = surroundings;
  const source =
    plan.source === undefined
      ? undefined
      : plan.source.from === "mnist"
        ? "mnist"
        : await sourcePath(plan.source, roots, store);
  const model = await modelOfPlan(plan, store, platform);
  const usual = plan.task.op === "score" ? await textOf(store, plan.task.usual) : undefined;
  return taskOf({
    plan,
    model,
    platform,
    source,
    ...("ids" in plan.task && plan.task.ids && { ids: await getBlob(store, plan.task.ids) }),
    ...("codes" in plan.task && plan.task.codes && { codes: await getBlob(store, plan.task.codes) }),
    ...(usual !== undefined && { usual }),
    ...(memory !== undefined && { memory }),
  });
}

/** What does a plan's shards with a model and data that are at hand. */
export async function taskOf(place: Omit<TaskPlace, "task">): Promise<ShardTask> {
  const { task } = place.plan;
  switch (task.op) {
    case "encode":
      return encodeTask({ ...place, task });
    case "score":
      return scoreTask({ ...place, task });
    case "impute":
      return imputeTask({ ...place, task });
    case "generate":
      return generateTask({ ...place, task });
  }
}
