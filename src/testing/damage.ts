import { RandomStream, UserError } from "../tensor/index.js";

/** What damaged texts get in place of a number or a word. */
const words = [
  "9007199254740993",
  "1e15",
  "-1",
  "NaN",
  "null",
  "[]",
  "{}",
  '""',
  "true",
  "0.5",
  '"__proto__"',
  `${"[".repeat(5000)}`,
];

type Damage = (bytes: Uint8Array, dice: () => number) => Uint8Array;

const joined = (...parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));
const random = (length: number, dice: () => number): Uint8Array =>
  Uint8Array.from({ length }, () => dice() % 256);

function span(bytes: Uint8Array, dice: () => number, longest = 64): readonly [number, number] {
  const begin = dice() % bytes.length;
  return [begin, Math.min(bytes.length, begin + 1 + (dice() % longest))];
}

/** Most files have their structure at the front, so that half of all places are looked for there. */
function place(bytes: Uint8Array, dice: () => number): number {
  return dice() % (dice() % 2 === 0 ? bytes.length : Math.min(bytes.length, 200));
}

const damages: readonly Damage[] = [
  function flipped(bytes, dice) {
    const out = Uint8Array.from(bytes);
    for (let n = 1 + (dice() % 3); n > 0; n--) {
      const at = place(out, dice);
      out[at] = (out[at] ?? 0) ^ (1 << (dice() % 8));
    }
    return out;
  },
  (bytes, dice) => bytes.slice(0, dice() % bytes.length),
  (bytes, dice) => {
    const at = place(bytes, dice);
    return joined(bytes.slice(0, at), random(1 + (dice() % 20), dice), bytes.slice(at));
  },
  (bytes, dice) => {
    const [begin, end] = span(bytes, dice);
    return joined(bytes.slice(0, begin), bytes.slice(end));
  },
  (bytes, dice) => {
    const [begin, end] = span(bytes, dice, 400);
    return joined(bytes.slice(0, end), bytes.slice(begin));
  },
  function hugeField(bytes, dice) {
    const out = Uint8Array.from(bytes);
    const width = [2, 4, 8][dice() % 3] ?? 4;
    const at = Math.min(place(out, dice), Math.max(0, out.length - width));
    const value = [0xff, 0x7f, 0x00][dice() % 3] ?? 0;
    out.fill(value, at, at + width);
    return out;
  },
  function swapped(bytes, dice) {
    const out = Uint8Array.from(bytes);
    const width = Math.min(1 << (dice() % 5), out.length);
    const [a, b] = [dice() % (out.length - width + 1), dice() % (out.length - width + 1)];
    out.set(bytes.subarray(a, a + width), b);
    out.set(bytes.subarray(b, b + width), a);
    return out;
  },
  function otherWord(bytes, dice) {
    const text = Buffer.from(bytes).toString("latin1");
    const found = [...text.slice(0, 20_000).matchAll(/[\w.-]+|"[^"]*"/g)];
    const match = found[dice() % Math.max(1, found.length)];
    if (match === undefined) return bytes.slice(1);
    const word = words[dice() % words.length] ?? "";
    const out = text.slice(0, match.index) + word + text.slice(match.index + match[0].length);
    return new Uint8Array(Buffer.from(out, "latin1"));
  },
];

/** A file with damage of one kind of eight, drawn from a seed. */
export function damaged(bytes: Uint8Array, seed: number): Uint8Array {
  const numbers = new RandomStream(seed, "damage").integers(new Int32Array(64), 2 ** 31 - 1, 0);
  let drawn = 0;
  const dice = (): number => numbers[drawn++ % numbers.length] ?? 0;
  const damage = damages[dice() % damages.length] as Damage;
  return damage(bytes, dice);
}

/** How a file is damaged and read. */
export interface DamageCheck<T> {
  readonly original: Uint8Array;
  /** Reads what stands in place of the original. */
  readonly read: (bytes: Uint8Array, seed: number) => T | Promise<T>;
  /** What each message must name. */
  readonly names: RegExp;
  /** Throws if a value that was read from a damaged file is none to accept. */
  readonly accept?: (value: T, seed: number) => void;
}

/** Files damaged for one test; `LATENT_DAMAGES` in the environment sets another number. */
export const damageCount = Number(process.env.LATENT_DAMAGES ?? 300);

/**
 * Damages a file many times. Throws if reading it fails with anything but a UserError that names it, or takes more than
 * ten seconds, or gives a value that isn't accepted; returns how many files were refused.
 */
export async function checkDamages<T>({ original, read, names, accept }: DamageCheck<T>): Promise<number> {
  let refused = 0;
  for (let seed = 1; seed <= damageCount; seed++) {
    const bytes = damaged(original, seed);
    const began = Date.now();
    try {
      accept?.(await read(bytes, seed), seed);
    } catch (error) {
      if (!(error instanceof UserError)) throw new Error(`damage ${seed}: a raw error`, { cause: error });
      if (!names.test(error.message))
        throw new Error(`damage ${seed} is not named: ${error.message}`, { cause: error });
      refused++;
    }
    if (Date.now() - began > 10_000) throw new Error(`damage ${seed} took ${Date.now() - began} ms`);
  }
  return refused;
}
