import { Clock, seeded, Server } from "./events.mjs";

/*
 * Bulk work as src/queue does it, in simulated time: a coordinator that keeps a window of jobs in Redis and takes the store for the
 * truth, workers that take a job, look, compute, write and report, Redis and the store as servers that can be too slow or gone.
 */

/** What is simulated unless told otherwise. Times in seconds. */
export const defaults = {
  seed: 1,
  workers: 1000,
  shards: 10_000,
  /** Of a shard on a usual core. */
  shardSeconds: 5,
  /** Deviation of the logarithm of a shard's time. */
  spread: 0.1,
  /** Share of workers that are slow, and how many times as long they take. */
  slow: 0,
  slower: 10,
  /** The coordinator: jobs at most in the queue, looks at the store under way together, seconds between lists, and how many times as long as a list took it waits at least. */
  window: 256,
  windowAWorker: 0,
  looks: 1,
  listEvery: 3,
  listRest: 0,
  tick: 0.25,
  /** Seconds of the coordinator for each shard done, at each of its steps. */
  scan: 0,
  /** Redis: its processor's seconds for a shard's commands, and for a waiting worker's in a second. */
  redisAShard: 0.001,
  redisAWorker: 0.0002,
  /** When Redis is gone and for how long, and whether it then still knows its jobs. */
  redisGone: undefined,
  /** The store: seconds a request takes, requests a second that it takes, keys of a list's page, requests of a shard's outputs. */
  latency: 0.03,
  requestsASecond: Infinity,
  page: 1000,
  writes: 3,
  lease: 30,
  /** Whether workers that find no jobs begin what others have not finished. */
  hedge: false,
};

/** Simulates a run. Returns how long it took, how busy all were, and how many shards were done when. */
export function simulate(told) {
  const s = { ...defaults, ...told };
  const clock = new Clock();
  const random = seeded(s.seed);
  const [redis, store] = [new Server(), new Server()];
  const done = new Uint8Array(s.shards);
  const state = {
    done: 0,
    known: 0,
    next: 0,
    doubled: 0,
    computed: 0,
    requests: 0,
    listSeconds: 0,
    waited: 0,
  };
  let queue = [];
  const active = new Map();
  const idle = new Set();
  const finished = [];
  const doneAt = [];
  const knownDone = new Uint8Array(s.shards);
  let reconciled = -Infinity;
  let restUntil = 0;
  const gone = s.redisGone;
  const isGone = (time) => gone !== undefined && time >= gone.at && time < gone.at + gone.seconds;
  const share = Math.max(0.05, 1 - s.workers * s.redisAWorker);

  const askRedis = (time, parts) => redis.take(time, (parts * s.redisAShard) / share);
  const askStore = (time, requests, together = requests) => {
    state.requests += requests;
    const taken = Number.isFinite(s.requestsASecond) ? store.take(time, requests / s.requestsASecond) : time;
    return taken + s.latency * Math.ceil(requests / Math.max(1, together));
  };
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

  const workers = Array.from({ length: s.workers }, (_, number) => ({
    number,
    factor: number < s.slow * s.workers ? s.slower : 1,
  }));

  function look(worker) {
    if (state.done === s.shards) return;
    if (isGone(clock.now)) return clock.at(gone.at + gone.seconds + 2 * random(), () => look(worker));
    let shard = queue.shift();
    if (shard === undefined && s.hedge && state.next >= s.shards) shard = hedged();
    if (shard === undefined) return void idle.add(worker);
    active.set(worker.number, shard);
    clock.at(askStore(askRedis(clock.now, 0.5), 1), () => begin(worker, shard));
  }

  /** A shard that one other worker alone has, the lowest. */
  function hedged() {
    const times = new Map();
    for (const shard of active.values()) times.set(shard, (times.get(shard) ?? 0) + 1);
    for (const [shard, count] of times) if (count === 1 && done[shard] === 0) return shard;
    return undefined;
  }

  function begin(worker, shard) {
    if (done[shard] === 1) return report(worker, shard);
    state.computed++;
    const took = s.shardSeconds * worker.factor * Math.exp(s.spread * normal() - (s.spread * s.spread) / 2);
    state.busy = (state.busy ?? 0) + took;
    clock.after(took, () => clock.at(askStore(clock.now, s.writes, s.writes), () => write(worker, shard)));
  }

  function write(worker, shard) {
    if (done[shard] === 1) state.doubled++;
    else {
      done[shard] = 1;
      state.done++;
      doneAt.push(clock.now);
    }
    report(worker, shard);
  }

  function report(worker, shard) {
    if (isGone(clock.now))
      return clock.at(gone.at + gone.seconds + 2 * random(), () => report(worker, shard));
    active.delete(worker.number);
    clock.at(askRedis(clock.now, 0.5), () => {
      finished.push(shard);
      wake();
      look(worker);
    });
  }

  let planned = false;
  let busyUntil = 0;
  function wake() {
    if (planned || state.known === s.shards) return;
    planned = true;
    clock.at(Math.max(busyUntil, clock.now), coordinate);
  }

  function coordinate() {
    planned = false;
    if (state.known === s.shards) return;
    if (isGone(clock.now)) {
      planned = true;
      return clock.at(gone.at + gone.seconds + 0.5, () => ((reconciled = -Infinity), coordinate()));
    }
    let time = clock.now + s.scan * state.known;
    const heard = finished.splice(0);
    if (heard.length > 0) time = askStore(time, heard.length, s.looks);
    const late = clock.now - reconciled > s.listEvery && clock.now >= restUntil;
    if (late) {
      const began = time;
      time = askStore(time, Math.max(1, Math.ceil(state.done / s.page)), 1);
      state.listSeconds += time - began;
      restUntil = time + s.listRest * (time - began);
    }
    busyUntil = time;
    clock.at(time, () => fill(heard, late));
  }

  function fill(heard, late) {
    for (const shard of heard) know(shard);
    let room = Math.max(s.window, s.windowAWorker * s.workers) - queue.length - active.size;
    const wanted = [];
    if (late) {
      const held = new Set([...queue, ...active.values()]);
      for (let shard = 0; shard < state.next; shard++) if (done[shard] === 1) know(shard);
      for (let shard = 0; shard < state.next && room > 0; shard++) {
        if (knownDone[shard] === 1 || held.has(shard)) continue;
        wanted.push(shard);
        room--;
      }
      reconciled = clock.now;
    }
    while (room > 0 && state.next < s.shards) {
      wanted.push(state.next++);
      room--;
    }
    if (wanted.length > 0) {
      clock.at(askRedis(clock.now, 0.2 * wanted.length), () => {
        queue.push(...wanted);
        for (const worker of [...idle].slice(0, queue.length)) {
          idle.delete(worker);
          look(worker);
        }
      });
    }
    if (!planned && state.known < s.shards) {
      planned = true;
      clock.after(finished.length > 0 ? 0 : s.tick, coordinate);
    }
  }

  function know(shard) {
    if (knownDone[shard] === 1) return;
    knownDone[shard] = 1;
    state.known++;
    if (state.known === s.shards) state.ended = clock.now;
  }

  if (gone !== undefined && !gone.persistent) {
    clock.at(gone.at, () => {
      queue = [];
      active.clear();
    });
  }
  for (const worker of workers) clock.at(0.5 * random(), () => look(worker));
  wake();
  while (state.ended === undefined && clock.step());
  const seconds = state.ended ?? Number.NaN;
  const ideal = (s.shards * s.shardSeconds) / s.workers;
  return {
    seconds,
    /** Share of the workers' time that went into shards which count. */
    used: (state.busy - (state.doubled * state.busy) / Math.max(1, state.computed)) / (seconds * s.workers),
    ideal,
    doubled: state.doubled,
    computed: state.computed,
    redisBusy: redis.busy / seconds + s.workers * s.redisAWorker,
    requestsASecond: state.requests / seconds,
    listShare: state.listSeconds / seconds,
    doneAt,
  };
}
