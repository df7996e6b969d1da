import {
  brokenPictures,
  bytesOptions,
  channelLayouts,
  colourCode,
  type Dataset,
  pictureColours,
  pictureFits,
  type PictureSize,
  sizeText,
} from "../data/portable.js";
import { bytes, choice, custom, made, text, yesOrNo } from "./field.js";

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
  /** Of a table, the file that says what its columns are (`latent data inspect DATA --out schema.json`); default inferred. */
  schema: text({
    about:
      "Of a table, the file that says what its columns are (`latent data inspect DATA --out schema.json`)",
    default: { words: "inferred" },
    placeholder: "FILE",
  }),
  /** Of a table, its held-out rows: how many, which share below 1, or the file of a table of their own; default 0.1. */
  heldOut: custom<number | string>(
    {
      about:
        "Of a table, its held-out rows: how many, which share below 1, or the file of a table of their own",
      default: { value: 0.1 },
      placeholder: "X",
      resume: "free",
    },
    "must be a number of rows, a share below 1, or the file of a table",
    (value) =>
      typeof value === "string"
        ? value !== ""
        : typeof value === "number" && value >= 0 && (value < 1 || Number.isInteger(value)),
  ),
  /** Size that pictures in files are brought to, width x height, such as 64x64; default theirs, if it is the same for all. */
  size: made(
    {
      about: "Size that pictures in files are brought to, width x height, such as 64x64",
      default: { words: "theirs, if it is the same for all" },
      placeholder: "WxH",
    },
    (value: PictureSize) => sizeText(value),
  ),
  /** How pictures of other proportions come to the size: crop, fit (stretched), pad; default crop. */
  fit: choice(pictureFits, {
    about: "How pictures of other proportions come to the size: crop, fit (stretched), pad",
    default: { value: "crop" },
    placeholder: "MODE",
  }),
  /** What pictures in files become: grey, rgb, rgba (alpha kept); default rgb, or grey if all are. */
  colour: choice(pictureColours, {
    about: "What pictures in files become: grey, rgb, rgba (alpha kept)",
    default: { words: "rgb, or grey if all are" },
    placeholder: "NAME",
  }),
  /** Colour behind transparent pictures and beside padded ones: white, black, grey, #rrggbb; default white. */
  background: made(
    {
      about: "Colour behind transparent pictures and beside padded ones: white, black, grey, #rrggbb",
      default: { value: "white" },
      placeholder: "COLOUR",
    },
    (value: string) => colourCode(value),
  ),
  /** Files that are no readable pictures: fail, or skip (left out and named); default fail. */
  broken: choice(brokenPictures, {
    about: "Files that are no readable pictures: fail, or skip (left out and named)",
    default: { value: "fail" },
    placeholder: "MODE",
    resume: "free",
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
