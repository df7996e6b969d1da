#!/usr/bin/env node
import { run, type StricliProcess } from "@stricli/core";
import { application } from "./app.js";
import { exitCode, failureText } from "./failure.js";

/** stricli takes `--z` for no flag, as it is but one letter; it knows it as `-z`. */
function shortFlag(argument: string): string {
  return argument.replace(/^--(?=[a-z](=|$))/i, "-");
}

const args = process.argv.slice(2);
const debug = args.includes("--debug");

/** A reader that has gone, as in `latent list | head -1`, is no failure worth words. */
process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 141 : 1));
process.on("uncaughtException", (error) => {
  process.stderr.write(`latent: ${failureText(error, debug)}\n`);
  process.exit(1);
});

const io: StricliProcess = { stdout: process.stdout, stderr: process.stderr };
await run(application(debug), args.map(shortFlag), { process: io });
process.exitCode ??= exitCode(io.exitCode); // an interrupted command has set its own
