/** What tells of something at most every so many seconds, and not before the first have passed. */
export function sometimes<T>(seconds: number, tell: (of: T) => void): (of: T) => void {
  let last: number | undefined;
  return (of) => {
    const now = performance.now();
    last ??= now;
    if (now - last < 1000 * seconds) return;
    last = now;
    tell(of);
  };
}
