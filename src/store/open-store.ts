import { be, requireArgument } from "../catalogue/index.js";
import { UserError } from "../tensor/index.js";
import { FolderStore } from "./folder-store.js";
import { S3Store } from "./s3-store.js";
import { isKey, type Store } from "./store.js";

/** Settings of object storage, by the names that AWS' own tools have. */
type Environment = Readonly<Record<string, string | undefined>>;

function required(environment: Environment, name: string, place: string): string {
  const value = environment[name];
  if (value !== undefined && value !== "") return value;
  throw new UserError(`${place}: set ${name} to open object storage`, 2);
}

/**
 * Opens a store for artefacts: a folder's path, or `s3://bucket/prefix`, with the key in `AWS_ACCESS_KEY_ID`,
 * `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN`, the region in `AWS_REGION` (default `us-east-1`) and, for storage that isn't
 * AWS', its address in `AWS_ENDPOINT_URL`.
 *
 * @throws UserError for an address that can't be read, and settings that are missing
 */
export async function openStore(place: string, environment: Environment = process.env): Promise<Store> {
  requireArgument("openStore", "the place", place, be.text);
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(place)) {
    if (place === "") throw new UserError("a store is a folder or s3://bucket/prefix; its name is empty", 2);
    return new FolderStore(place);
  }
  const [, bucket, prefix = ""] =
    /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*?))?\/*$/i.exec(place) ?? [];
  if (bucket === undefined || (prefix !== "" && !isKey(prefix)))
    throw new UserError(`"${place}" is no store: give a folder, or s3://bucket/prefix`, 2);
  const endpoint = environment.AWS_ENDPOINT_URL_S3 ?? environment.AWS_ENDPOINT_URL;
  const { AWS_SESSION_TOKEN: sessionToken } = environment;
  return S3Store.open({
    bucket,
    prefix,
    ...(endpoint !== undefined && endpoint !== "" && { endpoint }),
    region: environment.AWS_REGION ?? environment.AWS_DEFAULT_REGION ?? "us-east-1",
    accessKeyId: required(environment, "AWS_ACCESS_KEY_ID", place),
    secretAccessKey: required(environment, "AWS_SECRET_ACCESS_KEY", place),
    ...(sessionToken !== undefined && sessionToken !== "" && { sessionToken }),
  });
}
