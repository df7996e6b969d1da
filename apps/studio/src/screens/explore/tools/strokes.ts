export interface Point {
  readonly x: number;
  readonly y: number;
}
export type Stroke = readonly Point[];

/** A drawing in strokes of which the last can be taken back, clearing included. */
export class Strokes {
  private now: Stroke[] = [];
  private readonly before: Stroke[][] = [];

  get all(): readonly Stroke[] {
    return this.now;
  }

  get canUndo(): boolean {
    return this.before.length > 0;
  }

  begin(at: Point): void {
    this.before.push(this.now);
    this.now = [...this.now, [at]];
  }

  /** Goes on with the newest stroke. */
  go(to: Point): void {
    const last = this.now.at(-1);
    if (last !== undefined) this.now = [...this.now.slice(0, -1), [...last, to]];
  }

  clear(): void {
    if (this.now.length === 0) return;
    this.before.push(this.now);
    this.now = [];
  }

  undo(): void {
    this.now = this.before.pop() ?? [];
  }
}
