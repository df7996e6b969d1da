/** What the endpoints beside this file do, whatever serves them: a model and a scorer that stay open. */
import {
  type Dataset,
  encodePng,
  type ExampleBatch,
  imageGrid,
  loadModel,
  openScorer,
  type Scorer,
  type Tensor,
  toTensor,
  type TrainedVae,
  UserError,
} from "latent";

/** A person may ask for so many at once. */
const most = 1000;

export class Service {
  private constructor(
    private readonly model: TrainedVae,
    private readonly scorer: Scorer,
    private readonly threshold: number,
  ) {}

  /** Loads the model of a run, and learns what is usual from the training examples of `usual`. */
  static async open(folder: string, usual: Dataset): Promise<Service> {
    const model = await loadModel(folder);
    const scorer = await openScorer(model, usual, { threads: 1 });
    return new Service(model, scorer, scorer.threshold(0.01));
  }

  /** New examples: `{ n, seed, temperature }`, as texts of a query. */
  async generate(query: Readonly<Record<string, unknown>>): Promise<ExampleBatch> {
    const { n = 16, seed = 0, temperature = 1 } = query;
    if (!(Number(n) <= most)) throw new UserError(`n must be a number up to ${most}`, 2);
    return this.model.generate(Number(n), { seed: Number(seed), temperature: Number(temperature) });
  }

  async generatePng(query: Readonly<Record<string, unknown>>): Promise<Uint8Array> {
    const images = await this.generate(query);
    const { range } = images;
    return encodePng(imageGrid(images, { shape: images.shape.slice(1), ...(range && { range }) }));
  }

  /** The codes of `{ examples: [...] }`, a row each. */
  async encode(body: unknown): Promise<number[][]> {
    const { data, shape } = await this.model.codes(this.examplesIn(body));
    const [n = 0, latent = 0] = shape;
    return Array.from({ length: n }, (_, i) => Array.from(data.subarray(i * latent, (i + 1) * latent)));
  }

  /** Scores of `{ examples: [...] }`, and whether each is flagged. */
  async score(body: unknown): Promise<Readonly<Record<string, number | string | boolean>>[]> {
    const { columns, blame, length } = await this.scorer.scoreExamples(this.examplesIn(body));
    const { recommended = [], negativeElbo = [] } = columns;
    return Array.from({ length }, (_, i) => ({
      recommended: recommended[i] ?? Number.NaN,
      negativeElbo: negativeElbo[i] ?? Number.NaN,
      flagged: (recommended[i] ?? 0) > this.threshold,
      blame: blame[i] ?? "",
    }));
  }

  async close(): Promise<void> {
    await this.scorer.close();
    await this.model.close();
  }

  private examplesIn(body: unknown): Tensor<"float32"> {
    const examples = (body as { examples?: unknown } | null)?.examples;
    if (!Array.isArray(examples) || examples.length === 0 || examples.length > most) {
      throw new UserError(
        `send { "examples": [...] }, 1 to ${most} of shape [${this.model.definition.input.join(", ")}]`,
        2,
      );
    }
    return toTensor(examples as number[][], "float32");
  }
}

/** What is the asker's own mistake, in words; undefined of anything else. */
export function mistake(error: unknown): string | undefined {
  return error instanceof UserError ? error.message : undefined;
}
