import { UserError } from "../../tensor/index.js";

/** A record may be no longer, in characters: behind a quote that is never closed there would be no end. */
const longestRecord = 1 << 24;

const [QUOTE, CR, LF, SPACE] = [34, 13, 10, 32];

/** How many lines end in a part of a text. */
function linesIn(text: string, start: number, end: number): number {
  let count = 0;
  for (let i = start; i < end; i++) {
    const code = text.charCodeAt(i);
    if (code === LF || (code === CR && text.charCodeAt(i + 1) !== LF)) count++;
  }
  return count;
}

/**
 * Reads records of delimited text (RFC 4180, lines ending in \n, \r\n or \r, also mixed) as it comes in pieces: nothing is
 * taken off cells but their quotes, and what is not understood is an error that names the line.
 */
export class CsvScanner {
  private rest = "";
  private line = 1;
  /** Characters before what is scanned. */
  private before = 0;
  /** Whether the record at hand has a quoted cell, in which lines may end. */
  private quoted = false;
  private readonly cells: string[] = [];
  private readonly code: number;

  /**
   * `record` gets the cells of each, valid until it returns, the line that it begins in, and how many characters are before it.
   * Empty lines are none.
   */
  constructor(
    private readonly place: string,
    delimiter: string,
    private readonly record: (cells: readonly string[], line: number, start: number) => void,
  ) {
    this.code = delimiter.charCodeAt(0);
  }

  /** The next piece of the text. */
  push(text: string): void {
    this.rest = this.scan(this.rest + text, false);
    if (this.rest.length <= longestRecord) return;
    throw this.error("a quote is opened and not closed");
  }

  /** Characters that all whole records so far take. */
  get consumed(): number {
    return this.before;
  }

  /** The text has ended. */
  end(): void {
    this.rest = this.scan(this.rest, true);
  }

  private error(what: string): UserError {
    return new UserError(`${this.place}, line ${this.line}: ${what}`);
  }

  /** Reads all whole records; returns what is left. */
  private scan(text: string, atEnd: boolean): string {
    const { cells } = this;
    let at = 0;
    while (at < text.length) {
      cells.length = 0;
      const end = this.scanRecord(text, at, atEnd);
      if (end < 0) break;
      if (cells.length > 1 || cells[0] !== "" || end - at > 2)
        this.record(cells, this.line, this.before + at);
      this.line += this.quoted ? linesIn(text, at, end) : 1;
      at = end;
    }
    this.before += at;
    return text.slice(at);
  }

  /** Where the record that begins at `start` ends, behind its line's end; -1 if it isn't all there. */
  private scanRecord(text: string, start: number, atEnd: boolean): number {
    const { cells, code } = this;
    const { length } = text;
    let at = start;
    this.quoted = false;
    for (;;) {
      let begin = at;
      while (begin < length && text.charCodeAt(begin) === SPACE && code !== SPACE) begin++;
      if (text.charCodeAt(begin) === QUOTE) {
        this.quoted = true;
        at = this.scanQuoted(text, begin, atEnd);
        if (at < 0) return -1;
      } else {
        begin = at;
        for (; at < length; at++) {
          const here = text.charCodeAt(at);
          if (here === code || here === LF || here === CR) break;
        }
        cells.push(text.slice(begin, at));
      }
      if (at >= length) return atEnd ? length : -1;
      const here = text.charCodeAt(at);
      if (here === code) {
        at++;
        continue;
      }
      if (here === LF) return at + 1;
      if (at + 1 < length) return text.charCodeAt(at + 1) === LF ? at + 2 : at + 1;
      return atEnd ? length : -1;
    }
  }

  /** Takes a quoted cell; returns where it ends. */
  private scanQuoted(text: string, begin: number, atEnd: boolean): number {
    const { length } = text;
    let value = "";
    let from = begin + 1;
    for (;;) {
      const close = text.indexOf('"', from);
      if (close < 0) {
        if (!atEnd) return -1;
        throw this.error("a quote is opened and not closed");
      }
      value += text.slice(from, close);
      if (close + 1 >= length && !atEnd) return -1;
      if (text.charCodeAt(close + 1) === QUOTE) {
        value += '"';
        from = close + 2;
        continue;
      }
      let at = close + 1;
      while (at < length && text.charCodeAt(at) === SPACE) at++;
      const here = text.charCodeAt(at);
      if (at < length && here !== this.code && here !== LF && here !== CR) {
        throw this.error(
          `there is text behind a closing quote (${JSON.stringify(text.slice(begin, at + 10))}); quotes inside a ` +
            'quoted cell are written twice, ""',
        );
      }
      this.cells.push(value);
      return at;
    }
  }
}

/** Records at the beginning of a text that may be cut off; undefined if they can't be read with this delimiter. */
export function recordsOf(text: string, delimiter: string, whole: boolean): string[][] | undefined {
  const records: string[][] = [];
  const scanner = new CsvScanner("", delimiter, (cells) => records.push([...cells]));
  try {
    scanner.push(text);
    if (whole) scanner.end();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return records.length > 0 ? records : undefined;
  }
  return records;
}
