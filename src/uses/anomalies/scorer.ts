import { be, type ChecksOf, requireArgument, requireOptions } from "../../catalogue/index.js";
import { aDataset, type Dataset, fromArrays, type Split, splitNames } from "../../data/portable.js";
import { type PartOfWhole, splitOf } from "../../evaluate/index.js";
import { aTrainedModel, type TrainedVae } from "../../model/index.js";
import type { Engine } from "../../runtime/index.js";
import { type Tensor, UserError } from "../../tensor/index.js";
import { nearestCodes } from "../neighbours.js";
import { pickExamples, someRows } from "../picked.js";
import { readingChecks, type ReadingOptions } from "../reading.js";
import { codeDistances, type CodeSpread, spreadOfCodes } from "./code-spread.js";
import { thresholdFor } from "./curves.js";
import { type ScoreColumns, type ScoreName, scoreNames } from "./kinds.js";
import { excessByPart, type Measured, measuredIn, usualByPart } from "./measure.js";
import { partsOf } from "./parts.js";
import { pack, unpack } from "./packed.js";
import { logTwoSidedTail, logUpperTail, type Tails, tailsOf } from "./tails.js";

/** How the usual is learned. */
export interface ScorerOptions extends Omit<ReadingOptions, "split"> {
  /** Usual examples to compare with, drawn with the seed; default 10,000 at most. */
  readonly examples?: number;
  /** Which neighbour's distance `codeNeighbours` is; default 5. */
  readonly neighbours?: number;
  /** Importance samples an example for `negativeLogLikelihood`; default 0: it is not estimated. */
  readonly draws?: number;
}

/** Which examples are scored. */
export type ScoredOptions = Pick<ReadingOptions, "split">;

/** Scores of examples, in their order. */
export interface ExampleScores {
  readonly length: number;
  /** By name, [length] each: the higher, the more anomalous. */
  readonly columns: ScoreColumns;
  /** The part whose reconstruction is most above the usual: a pixel's place, a number's index or a column's name. */
  readonly blame: readonly string[];
  /** That part's share, from 0 to 1, of all that is above the usual. */
  readonly blameShare: Float32Array;
}

export const scorerChecks = {
  binarize: readingChecks.binarize,
  seed: readingChecks.seed,
  examples: be.whole(20),
  neighbours: be.whole(1),
  draws: be.whole(0),
} as const satisfies ChecksOf<ScorerOptions>;

const scoredChecks = { split: be.oneOf(splitNames) } as const satisfies ChecksOf<ScoredOptions>;

interface Usual {
  readonly byPart: Float32Array;
  readonly codes: Tensor<"float32">;
  readonly spread: CodeSpread;
  readonly neighbours: number;
  /** What the recommended score is made of, each with its tails. */
  readonly tails: Partial<Record<ScoreName, Tails>>;
  readonly scores: ScoreColumns;
}

/** The score whose size is typical or not: the negative ELBO or, without a KL divergence, the reconstruction. */
const bound = ({ negativeElbo, reconstruction }: Measured): Float32Array => negativeElbo ?? reconstruction;

/** Scores that need the usual examples' codes. */
function comparedWith(
  usual: Pick<Usual, "codes" | "spread" | "neighbours">,
  measured: Measured,
  self?: ArrayLike<number>,
): { codeDistance: Float64Array; codeNeighbours: Float32Array; errorPerInk?: Float32Array } {
  const { codes, spread, neighbours: k } = usual;
  const { distances } = nearestCodes(codes, measured.codes, { k, ...(self && { self }) });
  const { ink, squaredError } = measured;
  return {
    codeDistance: codeDistances(spread, measured.codes),
    codeNeighbours: Float32Array.from(
      { length: distances.shape[0] ?? 0 },
      (_, i) => distances.data[i * k + k - 1] ?? 0,
    ),
    ...(ink && { errorPerInk: squaredError.map((error, i) => error / (ink[i] ?? 1)) }),
  };
}

/** The average of -log of tail probabilities: Fisher's way of combining tests, without the labels of any anomaly. */
function combined(logTails: readonly Float64Array[]): Float64Array {
  return Float64Array.from({ length: logTails[0]?.length ?? 0 }, (_, i) =>
    logTails.reduce((sum, tail) => sum - (tail[i] ?? 0) / logTails.length, 0),
  );
}

/** Takes the scores through the usual ones' tails to `typicality` and `recommended`. */
function completed(
  measured: Measured,
  compared: ReturnType<typeof comparedWith>,
  tails: Usual["tails"],
): ScoreColumns {
  const { reconstruction, kl, negativeElbo, negativeLogLikelihood, squaredError } = measured;
  const size = bound(measured);
  const through = (
    values: ArrayLike<number>,
    own: Tails | undefined,
    tail: (tails: Tails, value: number) => number,
  ): Float64Array => Float64Array.from(values, (value) => (own === undefined ? 0 : tail(own, value)));
  const either = through(size, tails.negativeElbo, logTwoSidedTail);
  const error = compared.errorPerInk;
  return {
    reconstruction,
    ...(kl && { kl }),
    ...(negativeElbo && { negativeElbo }),
    ...(negativeLogLikelihood && { negativeLogLikelihood }),
    squaredError,
    ...compared,
    typicality: either.map((log) => -log),
    recommended: combined([
      either,
      through(compared.codeNeighbours, tails.codeNeighbours, logUpperTail),
      error === undefined
        ? through(size, tails.negativeElbo, logUpperTail)
        : through(error, tails.errorPerInk, logUpperTail),
    ]),
  };
}

/** A data set of one part of another. */
function only(dataset: Dataset, split: Split): Dataset {
  return { ...dataset, test: split };
}

/** Scores examples beside what is usual: several scores each, and one that is recommended. */
export class Scorer {
  private constructor(
    private readonly engine: Engine,
    private readonly model: TrainedVae,
    private readonly options: ScorerOptions,
    private readonly usual: Usual,
  ) {}

  /**
   * Learns what is usual from a data set's training examples; where it has validation examples, thresholds and tail
   * probabilities come from those, which the model was not trained on. Throws a UserError if they don't fit the model or are
   * fewer than the neighbours asked for.
   */
  static async open(
    engine: Engine,
    model: TrainedVae,
    usual: Dataset,
    options: ScorerOptions = {},
  ): Promise<Scorer> {
    requireScorer(model, usual, options);
    const { examples: most = 10_000, neighbours: asked = 5, seed = 0 } = options;
    const chosen = await pickExamples(usual.train, someRows(usual.train, most, Number(seed)));
    if (chosen.length < 2)
      throw new UserError(`${usual.name}: there is but one training example to compare with`);
    const neighbours = Math.min(asked, chosen.length - 1);
    const train = only(usual, chosen);
    const byPart = await usualByPart(engine, model, train, options);
    const measure = { ...options, usualByPart: byPart };
    const learned = await measuredIn(engine, model, train, { ...measure, draws: 0 });
    const known = { codes: learned.codes, spread: spreadOfCodes(learned.codes), neighbours };
    const held = usual.validation;
    const other =
      held &&
      (await measuredIn(
        engine,
        model,
        only(usual, await pickExamples(held, someRows(held, most, Number(seed)))),
        measure,
      ));
    const calibrating =
      other ?? ((options.draws ?? 0) > 0 ? await measuredIn(engine, model, train, measure) : learned);
    const self = other === undefined ? Int32Array.from({ length: chosen.length }, (_, i) => i) : undefined;
    const compared = comparedWith(known, calibrating, self);
    const { errorPerInk } = compared;
    const tails: Usual["tails"] = {
      negativeElbo: tailsOf(bound(calibrating)),
      codeNeighbours: tailsOf(compared.codeNeighbours),
      ...(errorPerInk && { errorPerInk: tailsOf(errorPerInk) }),
    };
    const scores = completed(calibrating, compared, tails);
    return new Scorer(engine, model, options, { ...known, byPart, tails, scores });
  }

  /** The scores of all examples of a part of a data set, in their order. Throws a UserError if they don't fit the model. */
  async score(dataset: Dataset, options: ScoredOptions = {}): Promise<ExampleScores> {
    requireArgument("score", "the data set", dataset, aDataset);
    requireOptions("score", options, scoredChecks);
    return this.scored(dataset, options);
  }

  /**
   * The scores of examples that are a part of a whole, as those are in the whole's. The part begins at a multiple of 500 and, with
   * draws, of `likelihoodBatch`; what is made binary by the examples' places already is.
   */
  async scorePart(
    dataset: Dataset,
    part: { readonly first: number; readonly total: number },
  ): Promise<ExampleScores> {
    requireArgument("scorePart", "the data set", dataset, aDataset);
    requireArgument("scorePart", "part", part, be.having(["first", "total"], "{ first, total }"));
    return this.scored(dataset, { part });
  }

  /** What was learned of the usual, as text that `restore` takes. */
  save(): string {
    return JSON.stringify(pack(this.usual));
  }

  /** A scorer of what another has learned; the model and the options must be the same. Throws an Error for other text. */
  static restore(engine: Engine, model: TrainedVae, saved: string, options: ScorerOptions): Scorer {
    return new Scorer(engine, model, options, unpack(JSON.parse(saved)) as Usual);
  }

  private async scored(
    dataset: Dataset,
    options: ScoredOptions & { readonly part?: PartOfWhole },
  ): Promise<ExampleScores> {
    const { usual, model } = this;
    const measured = await measuredIn(this.engine, model, dataset, {
      ...this.options,
      ...options,
      usualByPart: usual.byPart,
      examples: splitOf(dataset, options.split ?? "test").length,
    });
    const columns = completed(measured, comparedWith(usual, measured), usual.tails);
    const { name } = partsOf(model.schema);
    return {
      length: measured.reconstruction.length,
      columns: inOrder(columns),
      blame: Array.from(measured.blame, (part) => name(part)),
      blameShare: measured.blameShare,
    };
  }

  /** Scores examples that are in memory: bytes or floats [n, ...shape], as `model.encode` takes them. */
  async scoreExamples(x: Tensor<"uint8"> | Tensor<"float32">): Promise<ExampleScores> {
    requireArgument("scoreExamples", "x", x, be.tensor("uint8", "float32"));
    return this.score(asDataset(this.model, x));
  }

  /**
   * The reconstruction of each part of some examples of a split above the usual, [rows, parts]: what a heat map shows. Parts
   * are pixels, numbers of a vector or columns.
   */
  async excess(dataset: Dataset, rows: Int32Array, options: ScoredOptions = {}): Promise<Tensor<"float32">> {
    requireArgument("excess", "the data set", dataset, aDataset);
    requireArgument("excess", "rows", rows, be.typedArray);
    requireOptions("excess", options, scoredChecks);
    const split = await pickExamples(splitOf(dataset, options.split ?? "test"), rows);
    const { usual, model, engine } = this;
    return excessByPart(engine, model, only(dataset, split), { ...this.options, usualByPart: usual.byPart });
  }

  /**
   * The score above which a share `falseAlarms` (default 0.01) of usual examples lies. Throws a UserError for a share outside
   * 0..1 and a score that there is none of.
   */
  threshold(falseAlarms = 0.01, score: ScoreName = "recommended"): number {
    const scores = this.usual.scores[score];
    if (scores !== undefined) return thresholdFor(scores, falseAlarms);
    throw new UserError(
      `there is no score "${score}" of this model; there are ${Object.keys(this.usual.scores).join(", ")}`,
      2,
    );
  }

  /** Frees the engine. */
  close(): Promise<void> {
    return this.engine.close();
  }
}

function inOrder(columns: ScoreColumns): ScoreColumns {
  return Object.fromEntries(
    scoreNames.flatMap((name) => (columns[name] === undefined ? [] : [[name, columns[name]]])),
  );
}

/** Examples as a data set of the model's schema. */
function asDataset(model: TrainedVae, x: Tensor<"uint8"> | Tensor<"float32">): Dataset {
  const { input } = model.definition;
  const one = x.shape.length === input.length;
  const examples = { ...x, shape: [one ? 1 : (x.shape[0] ?? 0), ...input] };
  return fromArrays({
    name: "the examples",
    train: examples,
    test: examples,
    shape: input,
    schema: model.schema,
  });
}

/** Checks what a scorer is made of. Throws a UserError. */
export function requireScorer(
  model: unknown,
  usual: unknown,
  options: unknown,
  more: Parameters<typeof requireOptions>[2] = {},
): void {
  requireArgument("openScorer", "the model", model, aTrainedModel);
  requireArgument("openScorer", "the usual examples", usual, aDataset);
  requireOptions("openScorer", options, { ...scorerChecks, ...more });
}
