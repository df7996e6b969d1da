import { expect, test } from "vitest";
import * as graph from "./graph-node.js";
import * as latent from "./index.js";
import { UserError } from "./tensor/index.js";
import * as web from "./web.js";

/** What a caller may give by mistake. */
const wrong: Readonly<Record<string, unknown>> = {
  undefined: undefined,
  null: null,
  "3": 3,
  "-0.5": -0.5,
  NaN: Number.NaN,
  '"x"': "x",
  "{ nope: 1 }": { nope: 1 },
  "[]": [],
  "[[1], 2]": [[1], 2],
  "[null]": [null],
  "a Promise": Promise.resolve(1),
  "a function": () => 1,
  true: true,
};

/** Calls that are right as they are, or have an effect on the process that a test can't have. */
const leftOut: Readonly<Record<string, string>> = {
  startEngine: "starts an engine without arguments",
};

function isClass(value: unknown): boolean {
  return typeof value === "function" && /^class\b/.test(Function.prototype.toString.call(value));
}

/** What is thrown or rejected, if anything is. */
async function thrownBy(call: () => unknown): Promise<unknown> {
  try {
    await call();
    return undefined;
  } catch (error) {
    return error;
  }
}

const entries = Object.entries({ latent, web, graph }).flatMap(([entry, exports]) =>
  Object.entries(exports as Record<string, unknown>).flatMap(([name, value]) =>
    typeof value === "function" ? [{ entry, name, value: value as (...args: unknown[]) => unknown }] : [],
  ),
);

test.each(entries.filter(({ name }) => !(name in leftOut)))(
  "$entry: $name refuses what it can't take by a UserError",
  async ({ name, value }) => {
    const call = isClass(value)
      ? (...args: unknown[]) => Reflect.construct(value, args)
      : (...args: unknown[]) => value(...args);
    const raw: string[] = [];
    for (const [text, bad] of Object.entries(wrong)) {
      for (const count of [1, 2, 3]) {
        const error = await thrownBy(() => call(...Array.from({ length: count }, () => bad)));
        if (error === undefined || error instanceof UserError) continue;
        raw.push(`${name}(${`${text}, `.repeat(count)}): ${String(error)}`);
      }
    }
    expect(raw).toEqual([]);
  },
);
