/*
 * Dates and times by formats of strptime's letters: %Y %m %d %b %B %H %I %M %S %f %p %z, and %-d, %-m, %-H, %-I without a
 * leading zero. A date is its days, a datetime or time its seconds (of 1970, of the day).
 */

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const longMonths = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];

type Fields = Record<string, number>;

interface Letter {
  readonly pattern: string;
  /** What the text is in numbers; undefined if it is none. */
  readonly read: (text: string, into: Fields) => boolean;
  readonly write: (fields: Fields) => string;
}

const two = (value: number): string => String(value).padStart(2, "0");

function digits(key: string, pattern: string, write: (value: number) => string): Letter {
  return {
    pattern,
    read: (text, into) => {
      into[key] = Number(text);
      return true;
    },
    write: (fields) => write(fields[key] ?? 0),
  };
}

function named(list: readonly string[]): Letter {
  return {
    pattern: list.join("|"),
    read: (text, into) => {
      into.m = list.findIndex((name) => name.toLowerCase() === text.toLowerCase()) + 1;
      return into.m > 0;
    },
    write: ({ m = 1 }) => list[m - 1] ?? "",
  };
}

const hour12 = (hour: number): number => (hour % 12 === 0 ? 12 : hour % 12);

const letters: Readonly<Record<string, Letter>> = {
  "%Y": digits("Y", "\\d{4}", (value) => String(value).padStart(4, "0")),
  "%y": {
    pattern: "\\d{2}",
    read: (text, into) => {
      into.Y = Number(text) + (Number(text) < 69 ? 2000 : 1900);
      return true;
    },
    write: ({ Y = 0 }) => two(Y % 100),
  },
  "%m": digits("m", "\\d{2}", two),
  "%-m": digits("m", "\\d{1,2}", String),
  "%d": digits("d", "\\d{2}", two),
  "%-d": digits("d", "\\d{1,2}", String),
  "%b": named(months),
  "%B": named(longMonths),
  "%H": digits("H", "\\d{2}", two),
  "%-H": digits("H", "\\d{1,2}", String),
  "%I": digits("I", "\\d{2}", (hour) => two(hour12(hour))),
  "%-I": digits("I", "\\d{1,2}", (hour) => String(hour12(hour))),
  "%M": digits("M", "\\d{2}", two),
  "%S": digits("S", "\\d{2}", two),
  "%f": {
    pattern: "\\d{1,9}",
    read: (text, into) => {
      into.f = Number(`0.${text}`);
      into.places = text.length;
      return true;
    },
    write: ({ f = 0 }) => f.toFixed(6).slice(2).replace(/0{3}$/, ""),
  },
  "%p": {
    pattern: "[AaPp][Mm]",
    read: (text, into) => {
      into.p = /^p/i.test(text) ? 12 : 0;
      return true;
    },
    write: ({ H = 0 }) => (H < 12 ? "AM" : "PM"),
  },
  "%z": {
    pattern: "Z|[+-]\\d{2}:?\\d{2}",
    read: (text, into) => {
      const [, sign, hours, minutes] = /^([+-])(\d{2}):?(\d{2})$/.exec(text) ?? [];
      into.z = hours === undefined ? 0 : (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
      return true;
    },
    write: () => "+00:00",
  },
};

/** Reads and writes what one format writes. */
export interface DateFormat {
  /** The number of a text; undefined if it is not in this format, or is no date, such as 30 February. */
  parse(text: string): number | undefined;
  format(value: number): string;
}

/** What a format's numbers are. */
export type DateUnit = "date" | "datetime" | "time";

function daysOf(year: number, month: number, day: number): number | undefined {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  return Math.round(date.getTime() / 86_400_000);
}

function secondsOf({ H, I, M = 0, S = 0, f = 0, p = 0, z = 0 }: Fields): number | undefined {
  const hour = H ?? (I === undefined ? 0 : (I % 12) + p);
  if (hour > 23 || M > 59 || S > 59 || (I !== undefined && (I < 1 || I > 12))) return undefined;
  return hour * 3600 + M * 60 + S + f - z * 60;
}

function fieldsOf(value: number, unit: DateUnit, fraction: boolean): Fields {
  const whole = unit === "date" ? Math.round(value) : fraction ? Math.floor(value + 5e-7) : Math.round(value);
  const days = unit === "date" ? whole : Math.floor(whole / 86_400);
  const seconds = unit === "date" ? 0 : whole - days * 86_400;
  const date = new Date(days * 86_400_000);
  return {
    Y: date.getUTCFullYear(),
    m: date.getUTCMonth() + 1,
    d: date.getUTCDate(),
    H: Math.floor(seconds / 3600),
    I: Math.floor(seconds / 3600),
    M: Math.floor(seconds / 60) % 60,
    S: seconds % 60,
    f: fraction ? Math.max(0, value - whole) : 0,
  };
}

/** A format ready for use, or undefined if a letter of it isn't known. */
export function dateFormat(format: string, unit: DateUnit): DateFormat | undefined {
  const parts: (Letter | string)[] = [];
  for (const piece of format.match(/%-?[a-zA-Z]|[^%]+|%/g) ?? []) {
    if (!piece.startsWith("%")) parts.push(piece);
    else if (letters[piece] === undefined) return undefined;
    else parts.push(letters[piece]);
  }
  const source = parts.map((part) =>
    typeof part === "string" ? part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&") : `(${part.pattern})`,
  );
  const pattern = new RegExp(`^${source.join("")}$`, "i");
  const used = parts.filter((part): part is Letter => typeof part !== "string");
  const steps = format.includes("%S") || unit === "date" ? 1 : 60;
  return {
    parse(text) {
      const found = pattern.exec(text);
      if (found === null) return undefined;
      const fields: Fields = {};
      for (const [i, letter] of used.entries())
        if (!letter.read(found[i + 1] ?? "", fields)) return undefined;
      const { Y = 1970, m = 1, d = 1 } = fields;
      const days = unit === "time" ? 0 : daysOf(Y, m, d);
      if (unit === "date" || days === undefined) return days;
      const seconds = secondsOf(fields);
      return seconds === undefined ? undefined : days * 86_400 + seconds;
    },
    format(value) {
      const rounded = Math.round(value / steps) * steps;
      const fraction = format.includes("%f");
      const fields = fieldsOf(fraction ? value : rounded, unit, fraction);
      return parts.map((part) => (typeof part === "string" ? part : part.write(fields))).join("");
    },
  };
}

const dates = [
  "%Y-%m-%d",
  "%d.%m.%Y",
  "%-d.%-m.%Y",
  "%m/%d/%Y",
  "%d/%m/%Y",
  "%-m/%-d/%Y",
  "%-d/%-m/%Y",
  "%Y/%m/%d",
  "%d-%m-%Y",
  "%m-%d-%Y",
  "%Y.%m.%d",
  "%d %b %Y",
  "%-d %b %Y",
  "%d-%b-%Y",
  "%b %d, %Y",
  "%b %-d, %Y",
  "%d %B %Y",
  "%-d %B %Y",
  "%B %-d, %Y",
  "%d.%m.%y",
  "%m/%d/%y",
  "%d/%m/%y",
  "%-m/%-d/%y",
];
const times = ["%H:%M", "%H:%M:%S", "%H:%M:%S.%f", "%I:%M %p", "%-I:%M %p", "%I:%M:%S %p", "%-H:%M"];
const clocks = [...times, "%H:%M:%SZ", "%H:%M:%S.%fZ", "%H:%M:%S%z", "%H:%M:%S.%f%z", "%H:%M%z"];

/** The formats that are looked for, the likeliest first. */
export const knownFormats: Readonly<Record<DateUnit, readonly string[]>> = {
  date: dates,
  datetime: dates.flatMap((date) =>
    ["T", " ", ", "].flatMap((between) => clocks.map((clock) => `${date}${between}${clock}`)),
  ),
  time: times,
};
