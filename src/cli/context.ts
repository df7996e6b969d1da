import type { CommandContext } from "@stricli/core";
import pc from "picocolors";
import { withFlags } from "./flag-names.js";

/** What stricli gives to commands. */
export type Cli = CommandContext;

/** Colours for a stream: none where it is no terminal, or NO_COLOR or a dumb terminal says so. */
export function coloursFor(stream: NodeJS.WriteStream): ReturnType<typeof pc.createColors> {
  return pc.createColors(colourful(stream));
}

/** Whether a stream shows colours. */
export function colourful(stream: NodeJS.WriteStream): boolean {
  // isTTY is undefined of pipes and files, whatever its type says
  return Boolean(stream.isTTY) && (process.env.NO_COLOR ?? "") === "" && stream.getColorDepth() > 1;
}

/** Writes a line of results to standard output. */
export function print(line = ""): void {
  process.stdout.write(`${line}\n`);
}

/** Writes a line that tells of the work, not of a result, to standard error. */
export function note(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Writes a line that is not a result, such as a warning, to standard error. */
export function warn(line: string): void {
  process.stderr.write(`${coloursFor(process.stderr).yellow("warning")} ${withFlags(line)}\n`);
}
