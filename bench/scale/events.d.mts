export class Clock {
  now: number;
  at(time: number, act: () => void): void;
  after(seconds: number, act: () => void): void;
  step(): boolean;
}
export class Server {
  busy: number;
  take(now: number, seconds: number): number;
}
export function seeded(seed: number): () => number;
