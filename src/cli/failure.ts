import { ExitCode } from "@stricli/core";
import { UserError } from "../tensor/index.js";
import { withFlags } from "./flag-names.js";

/** What to say of an error: its message, and where it came from if `debug`. */
export function failureText(error: unknown, debug: boolean): string {
  if (!(error instanceof Error)) return String(error);
  if (debug) return error.stack ?? error.message;
  if (error instanceof UserError) return withFlags(error.message);
  if (error instanceof RangeError && /allocation|invalid (typed )?array length/i.test(error.message)) {
    return "there is not enough memory for this: take smaller sizes (--hidden, --z, --batch)";
  }
  return `${error.message} (an error in latent itself, or in what it runs on; --debug shows where)`;
}

/** The exit code for an error: 2 for wrong usage, 1 for everything else. */
export function failureCode(error: unknown): 1 | 2 {
  return error instanceof UserError ? error.exitCode : 1;
}

/** The exit code for what stricli says of a run: 2 for wrong usage, 1 for a failure. */
export function exitCode(code: number | string | null | undefined): number {
  if (code === ExitCode.InvalidArgument || code === ExitCode.UnknownCommand) return 2;
  return typeof code === "number" && code >= 0 ? code : 1;
}
