import { checkField } from "../runs/index.js";
import type { FlagField } from "./fields.js";

/** A field as a flag for stricli, checked where it is read. `name` is the flag's, without dashes. */
export function flag<T>(
  name: string,
  field: FlagField<T>,
): {
  readonly kind: "parsed";
  readonly parse: (input: string) => T;
  readonly brief: string;
  readonly placeholder: string;
  readonly optional: true;
} {
  return {
    kind: "parsed",
    parse: (input) => checkField(`--${name}`, field.schema, field.fromText(input), input),
    brief: field.brief,
    placeholder: field.placeholder,
    optional: true,
  };
}

/** A flag that is on or not. */
export function toggle(brief: string): {
  readonly kind: "boolean";
  readonly brief: string;
  readonly optional: true;
  readonly withNegated: false;
} {
  return { kind: "boolean", brief, optional: true, withNegated: false };
}

/** Flags that every command has. */
export const commonFlags = {
  debug: toggle("Show where in the program an error came from"),
} as const;

/** The types of `commonFlags`. */
export interface CommonFlags {
  readonly debug?: boolean;
}

/** A folder given as the first argument. */
export function folderArgument(brief: string): {
  readonly kind: "tuple";
  readonly parameters: readonly [
    { readonly brief: string; readonly placeholder: string; readonly parse: (input: string) => string },
  ];
} {
  return { kind: "tuple", parameters: [{ brief, placeholder: "DIR", parse: (input) => input }] };
}

/** A folder given as the first argument, and data as the second, which may be left out. */
export function folderAndData(brief: string): {
  readonly kind: "tuple";
  readonly parameters: readonly [
    { readonly brief: string; readonly placeholder: string; readonly parse: (input: string) => string },
    {
      readonly brief: string;
      readonly placeholder: string;
      readonly parse: (input: string) => string;
      readonly optional: true;
    },
  ];
} {
  const [folder] = folderArgument(brief).parameters;
  const about = "mnist, a folder or a file [default = what the run was trained on]";
  return {
    kind: "tuple",
    parameters: [folder, { brief: about, placeholder: "DATA", parse: (input) => input, optional: true }],
  };
}
