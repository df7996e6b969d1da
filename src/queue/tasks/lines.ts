/** Lines of a text by number, kept as the bytes that they are: a text of ten million lines takes little more than its own size. */
export class Lines {
  private readonly starts: Float64Array;

  constructor(private readonly bytes: Uint8Array) {
    let count = 1;
    for (const byte of bytes) if (byte === newline) count++;
    this.starts = new Float64Array(count + 1);
    let line = 0;
    for (let at = 0; at < bytes.length; at++) if (bytes[at] === newline) this.starts[++line] = at + 1;
    this.starts[count] = bytes.length + 1;
  }

  get length(): number {
    return this.starts.length - 1;
  }

  /** A line without its end; empty where there is none. */
  at(line: number): string {
    const [start = 0, end = 0] = this.starts.subarray(line, line + 2);
    return new TextDecoder().decode(this.bytes.subarray(start, Math.max(start, end - 1)));
  }
}

const newline = 10;
