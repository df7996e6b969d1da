import path from "node:path";
import type { OpenSweep } from "../../sweeps/index.js";
import type { SweepState } from "../../sweeps/index.js";
/** Placeholder until the report is written. */
export function reportSweep(
  { folder }: OpenSweep,
  _state: SweepState,
): Promise<{ report: string; skipped: readonly string[] }> {
  return Promise.resolve({ report: path.join(folder, "report.html"), skipped: [] });
}
