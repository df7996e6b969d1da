/** Goes from a place on to 1 and back to 0, slower at the ends, until it is stopped by what is returned. */
export function toAndFro(from: number, told: (at: number) => void, seconds = 2): () => void {
  const phase = Math.acos(1 - 2 * Math.min(1, Math.max(0, from)));
  const begun = performance.now();
  let request = 0;
  const frame = (now: number): void => {
    const angle = phase + (Math.PI * (now - begun)) / (seconds * 1000);
    told((1 - Math.cos(angle)) / 2);
    request = requestAnimationFrame(frame);
  };
  request = requestAnimationFrame(frame);
  return () => cancelAnimationFrame(request);
}
