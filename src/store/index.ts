export { type Blob, blobKey, blobOf, canonical, getBlob, putBlob, sha256 } from "./blobs.js";
export { FolderStore } from "./folder-store.js";
export { openStore } from "./open-store.js";
export { type S3Place, S3Store } from "./s3-store.js";
export { isKey, requireKey, type Store } from "./store.js";
export { getTree, putTree, savedBlob } from "./tree.js";
