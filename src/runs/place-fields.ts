import { bytesOptions, channelLayouts, type Dataset } from "../data/portable.js";
import { bytes, choice, custom, text, yesOrNo } from "./field.js";

/** What examples a run may be given: `mnist`, a folder, a data set, or a function that makes one. */
export type DataChoice = string | Dataset | (() => Dataset | Promise<Dataset>);

function isData(value: unknown): boolean {
  if (typeof value === "function") return true;
  if (typeof value === "string") return value !== "";
  return typeof value === "object" && value !== null && "train" in value && "test" in value;
}

/** What a run can be told of its surroundings: what it reads, and where it is kept. */
export const placeFields = {
  /** mnist, a folder, a data set, or a function that makes one; default what a resumed run was trained on. */
  data: custom<DataChoice>(
    {
      about: "mnist, a folder, a data set, or a function that makes one",
      default: { words: "what a resumed run was trained on" },
      placeholder: "DATA",
      resume: "free",
    },
    'must be "mnist", a folder, a data set or a function that makes one',
    isData,
  ),
  /** Memory for a folder's examples; larger data stream from disk; default 1GiB. */
  memory: bytes({
    about: "Memory for a folder's examples; larger data stream from disk",
    default: { words: "1GiB" },
    placeholder: "SIZE",
    resume: "free",
  }),
  /** What a folder's bytes are: unit (x/255), plain (as they are), auto; default auto. */
  bytes: choice(bytesOptions, {
    about: "What a folder's bytes are: unit (x/255), plain (as they are), auto",
    default: { value: "auto" },
    placeholder: "MODE",
  }),
  /** Where pictures' channels are: channels-first, channels-last; default told from the shape. */
  layout: choice(channelLayouts, {
    about: "Where pictures' channels are: channels-first, channels-last",
    default: { words: "told from the shape" },
    placeholder: "NAME",
  }),
  /** Folder of the run; default runs/<data>-z<z>, numbered if it exists. */
  out: text({
    about: "Folder of the run",
    default: { words: "runs/<data>-z<z>, numbered if it exists" },
    placeholder: "DIR",
    resume: "free",
  }),
  /** Draw pictures and report.html at the end; default true. */
  pictures: yesOrNo({
    about: "Draw pictures and report.html at the end",
    default: { value: true },
    placeholder: "BOOL",
    resume: "free",
  }),
} as const;
