const duration = 450;
const still = matchMedia("(prefers-reduced-motion: reduce)");

/** Points that move from where they are to where they shall be. */
export class Flow {
  shown = $state.raw<Float32Array>();
  private from = new Float32Array();
  private target = new Float32Array();
  private start = 0;
  private frame = 0;

  to(target: Float32Array): void {
    if (this.shown === undefined || this.shown.length !== target.length || still.matches) {
      this.shown = target;
      return;
    }
    this.from = this.shown as Float32Array<ArrayBuffer>;
    this.target = target as Float32Array<ArrayBuffer>;
    this.start = performance.now();
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(this.move);
  }

  private readonly move = (now: number): void => {
    const share = Math.min(1, Math.max(0, (now - this.start) / duration));
    const eased = 1 - (1 - share) ** 3;
    this.shown = this.from.map((value, i) => value + eased * ((this.target[i] as number) - value));
    if (share < 1) this.frame = requestAnimationFrame(this.move);
  };

  close(): void {
    cancelAnimationFrame(this.frame);
  }
}
