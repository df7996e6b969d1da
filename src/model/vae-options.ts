import { be, requireArgument, type Spec, unknownOption, valueInWords } from "../catalogue/index.js";
import type { Family } from "../distributions/index.js";
import type { ActivationLike, NetworkLike } from "../nn/index.js";
import { formatShape, UserError } from "../tensor/index.js";

/** A distribution, its name with options such as `gamma(concentration=2)`, or the same as plain data. */
export type FamilyLike = Family | string | Spec;

/** What the examples of a conditional model are given along with. */
export interface ClassCondition {
  /** The class of each example, one of so many; the networks get it as ones and zeros. */
  readonly classes: number;
}

/** How a variational autoencoder is built; only `input` is required. */
export interface VaeOptions<F extends FamilyLike = FamilyLike> {
  /** The shape of one example, such as `[28, 28]`. */
  readonly input: readonly number[];
  /** Number of latent coordinates z; default 2. */
  readonly latent?: number;
  /**
   * Encoder and matching decoder by one name, such as `conv` or `mlp(hidden=[400])`, or a network that says its decoder;
   * default `mlp`.
   */
  readonly network?: NetworkLike;
  /** Hidden sizes of the encoder, reversed for the decoder; default [256, 128]. With `network`, its option of that name. */
  readonly hidden?: readonly number[];
  /** Between hidden layers, such as `relu` (default) or `leaky-relu(slope=0.2)`. With `network`, its option of that name. */
  readonly activation?: ActivationLike;
  /** Channels of the stages of `network`: its option of that name. */
  readonly channels?: readonly number[];
  /**
   * In place of the encoder that `network` says: a network, the text of one such as `mlp(hidden=[400])`, or a function
   * that builds one.
   */
  readonly encoder?: NetworkLike;
  /** In place of the decoder that `network` says. */
  readonly decoder?: NetworkLike;
  /**
   * q(z|x), an object such as `normal()` or a name such as `"normal"`; default `normal()`, diagonal. What `encode` returns is
   * typed by the object; of a name the compiler knows only that it is some distribution.
   */
  readonly posterior?: F;
  /** p(z); default `normal()`, standard. */
  readonly prior?: FamilyLike;
  /** p(x|z); default `bernoulli()`. */
  readonly likelihood?: FamilyLike;
  /**
   * The decoder's network is given z times this number. Default 1, on the sphere sqrt(z): the coordinates of a vector
   * of length 1 are small, and a network that starts and steps as for numbers of size 1 would learn slowly from them.
   */
  readonly latentScale?: number;
  /**
   * What examples are given along with, for encoder, decoder and a prior such as `class-normal`: a conditional variational
   * autoencoder. Its data must have labels from 0 to `classes` - 1. Default none.
   */
  readonly condition?: ClassCondition;
  /**
   * A network from examples to classes, q(y|x), for data whose labels are partly missing: see the objective `m2`. Takes
   * `condition`. Default none.
   */
  readonly classifier?: NetworkLike;
}

const someOptions = be.having([], "an object of options, such as { input: [28, 28] }");
const maximumLatent = 65536;

const names: Readonly<Record<keyof VaeOptions, true>> = {
  input: true,
  latent: true,
  network: true,
  hidden: true,
  channels: true,
  activation: true,
  encoder: true,
  decoder: true,
  posterior: true,
  prior: true,
  likelihood: true,
  latentScale: true,
  condition: true,
  classifier: true,
};

function shown(value: unknown): string {
  if (Array.isArray(value) && value.every((item) => typeof item === "number")) return formatShape(value);
  return valueInWords(value);
}

function isSize(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 1;
}

function refuse(name: string, expected: string, value: unknown): never {
  throw new UserError(`${name} must be ${expected}, got ${shown(value)}`, 2);
}

/** Throws a UserError that names the first option which does not exist or has a value that it can't have. */
export function checkVaeOptions(options: VaeOptions): void {
  requireArgument("vae", "the argument", options, someOptions);
  for (const name of Object.keys(options)) {
    if (!Object.hasOwn(names, name)) throw unknownOption("vae", name, Object.keys(names));
  }
  const given = options as { readonly [name in keyof VaeOptions]?: unknown };
  const { input, latent = 2, hidden = [], channels = [], latentScale = 1 } = given;
  if (!Array.isArray(input) || input.length === 0 || !input.every(isSize)) {
    const one = isSize(input) ? `; write [${String(input)}] for a vector` : "";
    const expected = "the shape of one example, a list of whole numbers from 1 such as [28, 28]";
    throw new UserError(`input must be ${expected}, got ${shown(input)}${one}`, 2);
  }
  if (!isSize(latent) || (latent as number) > maximumLatent) {
    refuse("latent", `a whole number from 1 to ${maximumLatent}`, latent);
  }
  if (!Array.isArray(hidden) || !hidden.every(isSize)) {
    refuse("hidden", "a list of whole numbers from 1, such as [256, 128]", hidden);
  }
  if (!Array.isArray(channels) || !channels.every(isSize)) {
    refuse("channels", "a list of whole numbers from 1, such as [32, 64]", channels);
  }
  if (typeof latentScale !== "number" || !Number.isFinite(latentScale) || latentScale <= 0) {
    const value = typeof latentScale === "number" ? String(latentScale) : shown(latentScale);
    throw new UserError(`latentScale must be a number above 0, got ${value}`, 2);
  }
  checkCondition(given.condition, given.classifier);
}

/** More classes than this have no place in a one-hot vector beside each example. */
export const maximumClasses = 10_000;

/** Throws a UserError unless it is a condition. */
export function requireCondition(where: string, condition: unknown): asserts condition is ClassCondition {
  const value = be.having(["classes"], "").ok(condition) ? (condition as ClassCondition) : undefined;
  const known = value !== undefined && Object.keys(value).every((key) => key === "classes");
  if (known && isSize(value.classes) && value.classes <= maximumClasses) return;
  throw new UserError(
    `${where} must say of how many classes an example's is, up to ${maximumClasses}, such as { classes: 10 }, got ` +
      shown(condition),
    2,
  );
}

function checkCondition(condition: unknown, classifier: unknown): void {
  if (condition !== undefined) requireCondition("condition", condition);
  else if (classifier !== undefined) {
    throw new UserError(
      "classifier tells the class that `condition` gives to the other networks: give condition: { classes: 10 } too",
      2,
    );
  }
}
