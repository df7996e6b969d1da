import { suggestion } from "../catalogue/index.js";
import { type ExampleSchema, isUnit } from "../data/portable.js";
import { UserError } from "../tensor/index.js";

/** A change that pictures are given at random, with how much of it there is at most. */
export interface Change {
  readonly name: ChangeName;
  readonly amount: number;
}

interface ChangeInfo {
  /** Whether a number comes behind the name, and what it is. */
  readonly amount?: string;
  readonly fits: (amount: number) => boolean;
}

const infos = {
  flip: { fits: () => true },
  "flip-vertical": { fits: () => true },
  shift: { amount: "pixels, a whole number from 1", fits: (n) => Number.isInteger(n) && n >= 1 },
  crop: { amount: "pixels above 0", fits: (n) => n > 0 },
  brightness: { amount: "a share above 0, at most 1", fits: (n) => n > 0 && n <= 1 },
} as const satisfies Readonly<Record<string, ChangeInfo>>;

/** What can be done to pictures in training. */
export type ChangeName = keyof typeof infos;

/** The changes by name. */
export const changeNames = Object.keys(infos) as readonly ChangeName[];

const example = '"flip,shift(2),crop(4),brightness(0.1)"';

function changeOf(text: string): Change {
  const [, name = "", amount] = /^\s*([\w-]+)\s*(?:\(\s*([^)]*?)\s*\))?\s*$/.exec(text) ?? [];
  if (!Object.hasOwn(infos, name)) {
    throw new UserError(
      `there is no augmentation ${JSON.stringify(text.trim())}, as there are in ${example}; ${suggestion(name, changeNames)}`,
      2,
    );
  }
  const info: ChangeInfo = infos[name as ChangeName];
  if (info.amount === undefined && amount === undefined) return { name: name as ChangeName, amount: 1 };
  const number = amount === undefined || amount === "" ? Number.NaN : Number(amount);
  if (info.amount !== undefined && Number.isFinite(number) && info.fits(number)) {
    return { name: name as ChangeName, amount: number };
  }
  const takes =
    info.amount === undefined
      ? "nothing in brackets"
      : `${info.amount}, such as ${name}(${name === "brightness" ? 0.1 : 2})`;
  throw new UserError(`the augmentation ${name} takes ${takes}, got ${JSON.stringify(text.trim())}`, 2);
}

/**
 * What `"flip,shift(2)"`, or a list of such texts, asks for, each change once. Throws a UserError for what is none of them.
 */
export function changesIn(augment: string | readonly string[]): readonly Change[] {
  const texts = (typeof augment === "string" ? [augment] : augment).flatMap((text) => text.split(","));
  const changes = texts.filter((text) => text.trim() !== "" && text.trim() !== "none").map(changeOf);
  const twice = changes.find(({ name }, i) => changes.findIndex((other) => other.name === name) !== i);
  if (twice === undefined) return changes;
  throw new UserError(`the augmentation ${twice.name} is asked for twice`, 2);
}

/** The changes as they are recorded: `flip,shift(2)`, or `none`. */
export function augmentationText(augment: string | readonly string[]): string {
  const fits =
    typeof augment === "string" ||
    (Array.isArray(augment) && augment.every((text: unknown) => typeof text === "string"));
  if (!fits) throw new UserError(`must be changes of pictures, such as ${example}`, 2);
  const told = changesIn(augment).map(({ name, amount }) => {
    const { amount: takes }: ChangeInfo = infos[name];
    return takes === undefined ? name : `${name}(${amount})`;
  });
  return told.length === 0 ? "none" : told.join(",");
}

/** Throws a UserError if examples of a schema can't be changed so: no pictures, or too small ones. */
export function requireChangeable(augment: string, schema: ExampleSchema): void {
  if (schema.kind !== "image") {
    throw new UserError("augment changes pictures, and these examples are none; leave it out", 2);
  }
  const side = Math.min(schema.height, schema.width);
  for (const { name, amount } of changesIn(augment)) {
    if ((name === "shift" || name === "crop") && amount >= side) {
      throw new UserError(
        `augment: ${name}(${amount}) leaves nothing of pictures of ${schema.width} x ${schema.height} pixels`,
        2,
      );
    }
    if (name === "brightness" && !isUnit(schema)) {
      throw new UserError(
        "augment: brightness takes pictures whose numbers go from 0 to 1; leave it out, or scale the data",
        2,
      );
    }
  }
}
