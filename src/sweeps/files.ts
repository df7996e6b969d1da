/** Names inside a sweep's folder. */
export const sweepFiles = {
  state: "sweep.sqlite",
  plan: "plan.json",
  runs: "runs",
  best: "best",
  bestConfig: "best.config.json",
  status: "status.json",
  table: "trials.csv",
  trials: "trials.json",
  report: "report.html",
  shared: "shared.json",
} as const;
