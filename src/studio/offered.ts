import { createHash } from "node:crypto";
import { realpath } from "node:fs/promises";
import path from "node:path";
import { type Dataset, holdOut, isQuery } from "../data/index.js";
import type { RunConfig } from "../runs/index.js";
import { isInside } from "../data/inside.js";
import { mnistExamples } from "./mnist-files.js";
import { nothing, Refusal } from "./refusal.js";
import type { OfferedData, StudioTools } from "./types.js";

/** Data that are offered, and where they are. */
export interface Offer extends OfferedData {
  readonly source: string;
}

/** Data sets that were read last stay in memory, to be looked at again: so many. */
const kept = 2;

function idOf(source: string): string {
  const slug = path
    .basename(source)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 40);
  return `${slug || "data"}-${createHash("sha256").update(source).digest("hex").slice(0, 10)}`;
}

const withoutTable = (source: string): string => source.replace(/#[^#]*$/, "");

/** The data that may be read here: MNIST, what was named, and what lies in the folders that are served. */
export class Offered {
  private readonly read = new Map<string, Promise<Dataset>>();

  private constructor(
    private readonly tools: StudioTools,
    private offers: readonly Offer[],
    private readonly folders: readonly string[],
  ) {}

  /**
   * Looks at the data that were named. What can't be read without being told more, such as pictures of several sizes, is
   * offered all the same; `folders` are those of runs, whose data may lie beside them.
   */
  static async open(
    tools: StudioTools,
    sources: readonly string[],
    folders: readonly string[],
  ): Promise<Offered> {
    const mnist = await mnistExamples();
    const offers: Offer[] =
      mnist === undefined ? [] : [{ id: "mnist", name: "MNIST", examples: mnist, source: "mnist" }];
    for (const named of sources) {
      if (named.toLowerCase() === "mnist") continue;
      const source = isQuery(named) ? named : await resolved(named);
      const offer = { id: idOf(source), name: path.basename(source), source };
      try {
        const { train } = await tools.readData(source);
        offers.push({ ...offer, examples: train.length });
      } catch (error) {
        tools.note(`${named} can't be read as it is: ${(error as Error).message}`);
        offers.push({ ...offer, examples: 0 });
      }
    }
    return new Offered(tools, offers, folders);
  }

  /** Offers data that were sent here, unless they are offered already. */
  add(offer: Offer): void {
    this.offers = [...this.offers.filter(({ id }) => id !== offer.id), offer];
  }

  /** What is offered, as the page is told. */
  list(): OfferedData[] {
    return this.offers.map(({ id, name, examples }) => ({ id, name, examples }));
  }

  /** Where the data of an id are. Throws a Refusal if none of that id are offered. */
  source(id: string): string {
    const found = this.offers.find((offer) => offer.id === id);
    if (found !== undefined) return found.source;
    const known = this.offers.map((offer) => offer.id).join(", ");
    throw nothing(`there are no data "${id.slice(0, 100)}" here; there are ${known || "none"}`);
  }

  /** Throws a Refusal unless the data of a run may be read here. */
  async requireNamed(source: string | null): Promise<string> {
    if (source === null) throw nothing("the run's data were made in memory, and can't be read again");
    if (this.offers.some((offer) => offer.source === source)) return source;
    const real = isQuery(source) ? undefined : await realpath(withoutTable(source)).catch(() => undefined);
    const named = [...this.offers.map((offer) => withoutTable(offer.source)), ...this.folders];
    if (real !== undefined && named.some((folder) => isInside(real, folder))) return source;
    throw new Refusal(
      404,
      `the run's data are in no folder that the studio was given: start it with --data and their place`,
    );
  }

  /** The data of a run as it was trained on them. Throws a Refusal if they may not be read here. */
  async ofRun(config: RunConfig): Promise<Dataset> {
    const source = await this.requireNamed(config.source);
    const { schema, layout, heldOut, size, fit, colour, background, broken } = config;
    if (typeof heldOut === "string") await this.requireNamed(heldOut);
    const key = JSON.stringify([source, schema, layout, heldOut, size, fit, colour, background, broken]);
    const reading = this.read.get(key) ?? this.tools.readData(source, { config });
    this.read.delete(key);
    this.read.set(key, reading);
    for (const old of [...this.read.keys()].slice(0, -kept)) this.read.delete(old);
    reading.catch(() => this.read.delete(key));
    const dataset = await reading;
    return config.validation > 0 && dataset.validation === undefined
      ? holdOut(dataset, config.validation, config.seed)
      : dataset;
  }
}

/** The real path of a file or folder with the table after `#`, if one is named. */
async function resolved(named: string): Promise<string> {
  const plain = withoutTable(named);
  const real = await realpath(plain).catch(() => path.resolve(plain));
  return `${real}${named.slice(plain.length)}`;
}
