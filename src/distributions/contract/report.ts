import { be, requireArgument } from "../../tensor/index.js";

/** One property that was looked at. */
export interface ContractCheck {
  /** Such as `density integrates to one`. */
  readonly name: string;
  readonly outcome: "passed" | "failed" | "skipped";
  /** What was measured against what, or why it was skipped. */
  readonly detail: string;
}

/** What `checkDistribution` found. */
export interface ContractReport {
  readonly distribution: string;
  readonly checks: readonly ContractCheck[];
}

/** Collects checks. */
export class Findings {
  readonly checks: ContractCheck[] = [];

  skip(name: string, why: string): void {
    this.checks.push({ name, outcome: "skipped", detail: why });
  }

  /** Passes, and answers true, if |got - expected| is within `allowed` for all. */
  close(
    name: string,
    got: readonly number[],
    expected: readonly number[],
    allowed: readonly number[],
  ): boolean {
    let worst = 0;
    let detail = `${got.length} values agree`;
    got.forEach((value, i) => {
      const wanted = expected[i] as number;
      const limit = allowed[i] as number;
      const excess = value === wanted ? 0 : Math.abs(value - wanted) / limit;
      if (excess > worst || Number.isNaN(excess)) {
        worst = Number.isNaN(excess) ? Infinity : excess;
        detail = `element ${i}: got ${value}, expected ${wanted} within ${limit.toPrecision(3)}`;
      }
    });
    this.checks.push({ name, outcome: worst <= 1 ? "passed" : "failed", detail });
    return worst <= 1;
  }

  /** Passes if all values are below the limit. */
  below(name: string, values: readonly number[], limit: number): void {
    const worst = values.reduce((a, b) => (a >= b ? a : b), -Infinity);
    const failed = !(worst < limit);
    this.checks.push({
      name,
      outcome: failed ? "failed" : "passed",
      detail: `largest ${worst.toPrecision(4)}, limit ${limit}`,
    });
  }

  /** Passes if all values are finite. */
  finite(name: string, values: readonly number[]): void {
    const at = values.findIndex((value) => !Number.isFinite(value));
    this.checks.push({
      name,
      outcome: at < 0 ? "passed" : "failed",
      detail: at < 0 ? `${values.length} values` : `value ${at} is ${values[at]}`,
    });
  }
}

const aReport = be.having(["distribution", "checks"], "a report, which checkDistribution gives");

/** The report as text, a line for each check. */
export function formatReport(report: ContractReport): string {
  requireArgument("formatReport", "the report", report, aReport);
  const { distribution, checks } = report;
  const mark = { passed: "ok  ", failed: "FAIL", skipped: "skip" } as const;
  const lines = checks.map(({ name, outcome, detail }) => `  ${mark[outcome]} ${name}: ${detail}`);
  return [distribution, ...lines].join("\n");
}
