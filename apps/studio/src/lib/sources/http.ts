/** Thrown where an address does not give what was asked for; the message is the server's own, if it has one. */
export class HttpError extends Error {
  constructor(
    message: string,
    readonly status: number,
  ) {
    super(message);
  }
}

async function checked(response: Response): Promise<Response> {
  if (response.ok) return response;
  const told = (await response.json().catch(() => undefined)) as { error?: string } | undefined;
  throw new HttpError(told?.error ?? `${response.url}: ${response.status}`, response.status);
}

export const get = async (address: string): Promise<Response> => checked(await fetch(address));

export const getJson = async <T>(address: string): Promise<T> => (await (await get(address)).json()) as T;

export const getBytes = async (address: string): Promise<Uint8Array> =>
  new Uint8Array(await (await get(address)).arrayBuffer());

export async function post<T>(address: string, body: unknown): Promise<T> {
  const headers = { "content-type": "application/json" };
  const response = await fetch(address, { method: "POST", headers, body: JSON.stringify(body) });
  return (await (await checked(response)).json()) as T;
}

export async function sendZip<T>(address: string, body: Blob): Promise<T> {
  const headers = { "content-type": "application/zip" };
  return (await (await checked(await fetch(address, { method: "POST", headers, body }))).json()) as T;
}

/** The first so many bytes of a file; what follows is not waited for. */
export async function getFirstBytes(address: string, count: number): Promise<Uint8Array> {
  const reader = (await get(address)).body?.getReader();
  const bytes = new Uint8Array(count);
  let filled = 0;
  while (reader !== undefined && filled < count) {
    const { value, done } = await reader.read();
    if (done) break;
    bytes.set(value.subarray(0, count - filled), filled);
    filled += Math.min(value.length, count - filled);
  }
  await reader?.cancel();
  return bytes.subarray(0, filled);
}
