export interface Simulated {
  readonly seconds: number;
  readonly used: number;
  readonly ideal: number;
  readonly doubled: number;
  readonly computed: number;
  readonly redisBusy: number;
  readonly requestsASecond: number;
  readonly listShare: number;
  readonly doneAt: readonly number[];
}
export function simulate(told: Readonly<Record<string, unknown>>): Simulated;
