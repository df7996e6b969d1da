import { run, type StricliProcess } from "@stricli/core";
import { application } from "./app.js";
import { exitCode, failureText } from "./failure.js";
import { leaveIfAsked } from "./interrupt.js";

/** stricli takes `--z` for no flag, as it is but one letter; it knows it as `-z`. */
function shortFlag(argument: string): string {
  return argument.replace(/^--(?=[a-z](=|$))/i, "-");
}

/** Runs the command that the arguments name, and sets the exit code. */
export async function runCommand(args: readonly string[]): Promise<void> {
  const debug = args.includes("--debug");
  process.on("uncaughtException", (error) => {
    process.stderr.write(`latent: ${failureText(error, debug)}\n`);
    process.exit(1);
  });
  const io: StricliProcess = { stdout: process.stdout, stderr: process.stderr };
  await run(application(debug), args.map(shortFlag), { process: io });
  process.exitCode ??= exitCode(io.exitCode); // an interrupted command has set its own
  leaveIfAsked();
}
