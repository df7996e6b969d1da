import { flagOfOption } from "./fields.js";

/** Flags that are no fields of a run, by the API's names of options. */
const otherFlags: Readonly<Record<string, string>> = {
  resume: "resume",
  config: "config",
  checkpoint: "checkpoint",
  families: "config",
  definition: "config",
  test: "test",
  target: "target",
  only: "only",
  k: "neighbours",
};

/** A library's message with its options, which stand in backquotes, as flags: `batchSize` is --batch. */
export function withFlags(message: string): string {
  return message.replace(/`([a-z]\w*)`/gi, (quoted, name: string) => {
    const flag = flagOfOption[name] ?? (Object.hasOwn(otherFlags, name) ? otherFlags[name] : undefined);
    return flag === undefined ? quoted : `--${flag}`;
  });
}
