/** The end of a world: is all well again, and can it be closed? @module */
import type { ClientCall } from "./clients.ts";
import type { Evidence } from "./evidence.ts";
import type { Machine } from "./machines.ts";
import { accountName, MODELS, type People } from "./people.ts";
import { LEDGERS } from "./plan.ts";

/** Longer than any wait for a redelivery and any lease, many times over. */
export const DRAIN_MS = 180_000;

/** What is left of a world when everything was put right. */
export interface Ending {
  readonly machines: readonly Machine[];
  readonly edges: readonly Machine[];
  readonly evidence: Evidence;
  readonly people: People;
  readonly call: (edge: Machine, wanted: ClientCall) => unknown;
  readonly runUntil: (done: () => boolean, forMs: number) => Promise<boolean>;
  readonly allAtRest: () => boolean;
}

/** One call through every edge, when all is well again: each must be answered and paid. */
export async function probe(ending: Ending): Promise<void> {
  const { machines, edges, evidence, people, call, runUntil, allAtRest } = ending;
  const owners = () =>
    machines.filter(({ name, runners }) =>
      LEDGERS.some((ledger) => ledger === name) && runners.length > 0
    ).flatMap(({ runners }) => runners.map((runner, shard) => ({ runner, shard })))
      .filter(({ runner }) => runner.role() === "owner").map(({ shard }) => shard);
  const shards = new Set(machines.flatMap(({ runners }) => runners.map((_, shard) => shard)));
  const isUp = ({ process, proxy, runners, reader, closing }: Machine) =>
    process.state === "running" && !closing &&
    (proxy !== null || runners.length > 0 || reader !== null);
  const served = await runUntil(
    () => machines.every(isUp) && owners().length === shards.size,
    DRAIN_MS,
  );
  if (!served) evidence.found.push({ law: "L6", detail: `shards [${owners()}] have an owner` });
  // Long enough for every edge to have heard of prices and keys again.
  await runUntil(() => false, 3_000);
  for (const edge of edges) {
    call(edge, {
      callId: `probe-${edge.name}`,
      accountId: accountName(0),
      secret: people.secrets[0]!,
      model: MODELS[0],
      streaming: false,
      prompt: "probe",
      maxTokens: 9,
      goneAfter: null,
      idempotencyKey: null,
    });
  }
  await runUntil(allAtRest, DRAIN_MS);
  for (const { callId, complete, status } of evidence.calls) {
    if (!callId.startsWith("probe") || complete) continue;
    evidence.found.push({ law: "L4", detail: `${callId} was answered ${status}` });
  }
}

/** Closes everything in good order, edges first; nothing may be left open. */
export async function closeAll(ending: Ending): Promise<void> {
  const { machines, evidence, people, runUntil, allAtRest } = ending;
  let closing = 0;
  const close = (name: string, work: Promise<number | void>) => {
    closing += 1;
    void work.then((left) => {
      closing -= 1;
      if (typeof left === "number" && left > 0) {
        evidence.found.push({ law: "L5", detail: `${name} leaves ${left} settlements open` });
      }
    });
  };
  for (const { name, proxy } of machines) if (proxy !== null) close(name, proxy.close());
  await runUntil(() => closing === 0, DRAIN_MS);
  // What edges still had to say is in the log now, and nothing more will come.
  await runUntil(allAtRest, DRAIN_MS);
  let told = false;
  void people.balances().then((views) => {
    evidence.balances.push(...views);
    told = true;
  });
  await runUntil(() => told, DRAIN_MS);
  for (const { name, runners, reader } of machines) {
    for (const runner of runners) close(name, runner.stop());
    if (reader !== null) close(name, reader.stop());
  }
  if (await runUntil(() => closing === 0, DRAIN_MS)) return;
  evidence.found.push({ law: "L6", detail: "not everything could be closed" });
}
