/** One message of a stream of server-sent events. */
export interface Message {
  readonly event: string;
  readonly data: unknown;
  /** Where the stream stands after it, for one who comes back. */
  readonly id?: string;
  /** Of several that wait to be sent with the same key, the newest is enough. */
  readonly key?: string;
}

/** Ends a subscription. */
export type Unsubscribe = () => void;

/** Sends messages to a listener until it is ended; `undefined` says that there will be no more. */
export type Subscribe = (send: (message: Message | undefined) => void) => Unsubscribe;

/** Seconds between two signs of life of a stream in which nothing happens. */
export const heartbeat = 15;

/** A client with more messages waiting than this does not read; it is let go, and may come back. */
const mostWaiting = 20_000;

function textOf({ event, data, id }: Message): string {
  const lines = [
    ...(id === undefined ? [] : [`id: ${id}`]),
    `event: ${event}`,
    `data: ${JSON.stringify(data)}`,
  ];
  return `${lines.join("\n")}\n\n`;
}

/** Messages that wait for a slow reader, where newer ones take the place of older ones with the same key. */
class Waiting {
  private readonly keyed = new Map<string, number>();
  private messages: (string | undefined)[] = [];
  private first = 0;

  get length(): number {
    return this.messages.length - this.first;
  }

  add(text: string, key: string | undefined): void {
    const before = key === undefined ? undefined : this.keyed.get(key);
    if (before !== undefined && before >= this.first) this.messages[before] = undefined;
    if (key !== undefined) this.keyed.set(key, this.messages.length);
    this.messages.push(text);
  }

  take(): string | undefined {
    while (this.first < this.messages.length) {
      const text = this.messages[this.first++];
      if (this.first === this.messages.length) {
        this.messages = [];
        this.first = 0;
        this.keyed.clear();
      }
      if (text !== undefined) return text;
    }
    return undefined;
  }
}

/**
 * A response body of server-sent events. Nothing is written faster than it is read; when the client goes, the subscription
 * and the timer go with it.
 */
export function eventBody(subscribe: Subscribe): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const waiting = new Waiting();
  let stop: Unsubscribe = () => undefined;
  let ask: () => void = () => undefined;
  let asked = false;
  let over = false;
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const flush = (): void => {
          const text = asked ? waiting.take() : undefined;
          if (text !== undefined) {
            asked = false;
            controller.enqueue(encoder.encode(text));
          } else if (over && asked) {
            stop();
            controller.close();
          }
        };
        const add = (text: string, key?: string): void => {
          if (over) return;
          waiting.add(text, key);
          if (waiting.length > mostWaiting) over = true;
          flush();
        };
        const timer = setInterval(() => add(": alive\n\n", "heartbeat"), heartbeat * 1000);
        const unsubscribe = subscribe((message) => {
          if (message === undefined) over = true;
          else add(textOf(message), message.key);
          if (message === undefined) flush();
        });
        stop = () => {
          clearInterval(timer);
          unsubscribe();
        };
        ask = () => {
          asked = true;
          flush();
        };
        add("retry: 2000\n\n");
      },
      pull() {
        ask();
      },
      cancel() {
        over = true;
        stop();
      },
    },
    { highWaterMark: 0 },
  );
}
