import { mnistExamples } from "../../../lib/data/mnist";
import { openRun } from "../../../lib/sources/runs";
import { mnistAddress, startSession } from "../../../lib/sources/session.svelte";
import type { OpenedRun, RunExamples } from "../../../lib/sources/types";
import { Bench } from "./bench.svelte";
import { openModelFiles, type NamedFile } from "./files";

/** What the screen shows: a model on the bench, and the run that it is of, unless it came from files. */
export interface Opened {
  readonly name: string;
  readonly data: string;
  readonly bench: Bench;
  readonly run: OpenedRun | undefined;
  /** Frees the model, when the screen is left; of files it stays for coming back. */
  release(): void;
}

/** Files that were opened are in memory only: after a reload they have to be given again. */
export class FilesGone extends Error {}

/** Test examples that are encoded and drawn as dots. */
const shownExamples = 2000;

let fromFiles: { readonly id: string; readonly opened: Opened } | undefined;
let count = 0;

async function mnistIfOffered(data: string, shape: readonly number[]): Promise<RunExamples | undefined> {
  if (!/^mnist$/i.test(data) || shape.join() !== "28,28") return undefined;
  const { data: offered } = await startSession();
  if (!offered.some(({ id }) => id === "mnist")) return undefined;
  return mnistExamples(mnistAddress(), shownExamples).catch(() => undefined);
}

const fitting = (found: RunExamples | undefined, shape: readonly number[]): RunExamples | undefined =>
  found !== undefined && found.count > 0 && found.shape.join() === shape.join() ? found : undefined;

/** Opens a run of a source by its id. */
export async function openBench(source: string, id: string): Promise<Opened> {
  if (source === "file") {
    if (fromFiles?.id !== id) throw new FilesGone("the files were not kept");
    return fromFiles.opened;
  }
  const run = await openRun(source, id);
  const [model, found] = await Promise.all([run.model(), run.examples(shownExamples)]);
  const { input } = model.definition;
  const examples = fitting(found, input) ?? fitting(await mnistIfOffered(run.card.data, input), input);
  const classes = model.classes?.names ?? examples?.classes;
  const bench = new Bench(model, examples, classes);
  void bench.ready;
  return { name: run.card.name, data: run.card.data, bench, run, release: () => bench.close() };
}

/** Opens a model from files, in place of those before; returns the id under which `openBench` gives it. */
export async function openFiles(files: readonly NamedFile[]): Promise<string> {
  const { name, model, data, classes } = await openModelFiles(files);
  const examples = await mnistIfOffered(data, model.definition.input);
  const bench = new Bench(model, examples, classes ?? examples?.classes);
  void bench.ready;
  fromFiles?.opened.bench.close();
  count += 1;
  const id = String(count);
  fromFiles = { id, opened: { name, data, bench, run: undefined, release: () => undefined } };
  return id;
}
