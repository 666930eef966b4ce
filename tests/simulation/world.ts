/** One world from its first step to its last: built, run, put right, and judged. @module */
import { emptyTables, type MemoryTables } from "../../ledger/store/memory/mod.ts";
import { createBroker } from "./bus.ts";
import { callEdge, type ClientCall, type Seen } from "./clients.ts";
import { calm, heal } from "./conditions.ts";
import { audit, noEvidence, witnessBus } from "./evidence.ts";
import { closeAll, DRAIN_MS, probe } from "./ending.ts";
import { strikeWith } from "./faults.ts";
import { judge } from "./judge.ts";
import type { Violation } from "./laws.ts";
import { type Machine, startMachines } from "./machines.ts";
import type { Mutant } from "./mutant.ts";
import { accountName, createPeople, MODEL_NAMES } from "./people.ts";
import type { AgainPlan, CallPlan, Plan } from "./plan.ts";
import { createProcess } from "./process.ts";
import { seeded } from "./random.ts";
import { emptyReadTables } from "./read_models/database.ts";
import { PROJECTIONS } from "./read_models/reader.ts";
import { createScheduler } from "./scheduler.ts";
import { createUpstream } from "./upstream.ts";

/** How a world went. */
export interface WorldResult {
  readonly violations: readonly Violation[];
  /** The same for the same plan, always. */
  readonly traceHash: string;
  readonly steps: number;
  readonly virtualMs: number;
  /** Faults that struck, by kind. */
  readonly struck: ReadonlyMap<string, number>;
  readonly story: readonly string[];
  /** Events in the log at the end. */
  readonly events: number;
}

const SETUP_MS = 20_000;
const SETTLE_MS = 600;
const LOOK_MS = 300;

/** Runs a plan, with a mistake put in or without. */
export async function runWorld(plan: Plan, mutant: Mutant | null = null): Promise<WorldResult> {
  const random = seeded(`world/${plan.seed}`);
  const scheduler = createScheduler(random.fork("order"));
  const conditions = calm();
  const evidence = noEvidence();
  const tables = emptyTables();
  const readTables = emptyReadTables(PROJECTIONS, plan.shards);
  const [server, database, supervisor, terminal, clients] = [
    "bus",
    "database",
    "supervisor",
    "people",
    "clients",
  ].map((name) => createProcess(name, scheduler, random.fork(name))) as [
    Machine["process"],
    Machine["process"],
    Machine["process"],
    Machine["process"],
    Machine["process"],
  ];
  const broker = createBroker({ server, scheduler, conditions, witness: witnessBus(evidence) });
  const calls = plan.operations.filter((one) => one.kind === "call");
  const upstream = createUpstream(calls, scheduler);
  const machines = startMachines({
    plan,
    mutant,
    random: random.fork("machines"),
    scheduler,
    conditions,
    broker,
    tables,
    readTables,
    database,
    supervisor,
    upstream,
    evidence,
  });
  const people = createPeople({ plan, process: terminal, broker });
  const edges = machines.filter(({ name }) => name.startsWith("edge"));
  let underWay = 0;
  const begin = (work: Promise<unknown>) => {
    underWay += 1;
    void work.finally(() => underWay -= 1);
  };
  /** Runs until `done`, which is asked now and then, or for `forMs`. */
  const runUntil = async (done: () => boolean, forMs: number): Promise<boolean> => {
    let isDone = false;
    const look = () => {
      isDone = done();
      if (!isDone) scheduler.at(LOOK_MS * 1_000, { actor: supervisor, label: "look", task: look });
    };
    look();
    return await scheduler.run(() => isDone, scheduler.nowUs() + forMs * 1_000);
  };
  const runFor = (forMs: number) => runUntil(() => false, forMs);
  const call = (edge: Machine | undefined, wanted: ClientCall): Promise<Seen> => {
    const up = edge?.proxy == null ? null : { process: edge.process, proxy: edge.proxy };
    scheduler.note(`${wanted.callId} to ${up === null ? "nobody" : edge?.name}`);
    const options = { scheduler, clients, travelMs: () => clients.random.int(1, 20) / 10 };
    const answered = callEdge(up, wanted, options).then((seen) => {
      evidence.calls.push(seen);
      const { callId, requestId, status, complete, cost, replayed } = seen;
      const how = `${replayed ? "again " : ""}${complete ? "whole" : "broken"}`;
      scheduler.note(`${callId} saw ${status} ${how} ${cost} ${requestId}`);
      return seen;
    });
    begin(answered);
    return answered;
  };
  /** Calls, and calls again as the client means to. */
  const callAgain = async (operation: CallPlan) => {
    let seen = await call(edges[operation.edge], clientCall(operation, people.secrets));
    for (const again of operation.again) {
      if (isAnswered(seen) && !again.insists) return;
      await clients.effects.timers.sleep(again.afterMs);
      seen = await call(edges[again.edge], clientCall(operation, people.secrets, again));
    }
  };
  const allAtRest = () =>
    underWay === 0 && broker.unacknowledged() === 0 &&
    [...tables.shards.values()].every(({ holds }) => holds.size === 0) &&
    [...readTables.checkpoints.values()].every(({ shard, position }) =>
      position === `${tables.shards.get(shard)?.position ?? 0n}`
    );

  // The beginning, in which nothing goes wrong.
  let isSetUp = false;
  void people.setUp().then(() => isSetUp = true);
  await runUntil(() => isSetUp && edges.every(({ proxy }) => proxy !== null), SETUP_MS);
  await runFor(SETTLE_MS);

  // The busy time.
  const startUs = scheduler.nowUs();
  const later = (atMs: number, label: string, task: () => void) =>
    scheduler.at(startUs + atMs * 1_000 - scheduler.nowUs(), { actor: supervisor, label, task });
  for (const operation of plan.operations) {
    later(operation.atMs, operation.id, () => {
      if (operation.kind === "call") {
        return begin(callAgain(operation));
      }
      scheduler.note(`${operation.kind} ${operation.id} for ${accountName(operation.account)}`);
      begin(people.carryOut(operation));
    });
  }
  const targets = { machines, conditions, broker, database, supervisor, scheduler, evidence };
  for (const fault of plan.faults) later(fault.atMs, fault.id, () => strikeWith(fault, targets));
  for (let atMs = 0; atMs < plan.healAtMs; atMs += 1_111) {
    later(atMs, "audit", () => audit(tables, evidence));
  }
  await runFor(plan.healAtMs);

  // Everything is put right, and everything must come to its end.
  heal(conditions);
  for (const { process } of machines) process.resume();
  scheduler.note("healed");
  const rested = await runUntil(allAtRest, DRAIN_MS);
  if (underWay > 0) evidence.found.push({ law: "L3", detail: `${underWay} operations go on` });
  const ending = { machines, edges, evidence, people, call, runUntil, allAtRest };
  if (rested) await probe(ending);
  audit(tables, evidence);

  // Closing in good order leaves nothing open.
  await closeAll(ending);
  const violations = await judge({ tables, readTables, evidence, upstream });
  for (const { law, detail } of violations) scheduler.note(`law ${law} is broken: ${detail}`);
  return {
    violations,
    traceHash: scheduler.traceHash(),
    steps: scheduler.steps(),
    virtualMs: Math.round(scheduler.nowUs() / 1_000),
    struck: conditions.struck,
    story: scheduler.story(),
    events: eventCount(tables),
  };
}

/** Whether a client has what it asked for, or was told that it never will. */
function isAnswered({ status, complete }: Seen): boolean {
  return complete || status === 400 || status === 401 || status === 402 || status === 404;
}

function clientCall(
  operation: CallPlan,
  secrets: readonly string[],
  again: AgainPlan | null = null,
): ClientCall {
  const words = operation.promptWords + (again?.changed === true ? 1 : 0);
  return {
    callId: operation.id,
    accountId: accountName(operation.account),
    secret: secrets[operation.account]!,
    model: MODEL_NAMES[operation.model]!,
    streaming: operation.streaming,
    prompt: `${operation.id} ${"word ".repeat(words)}`,
    maxTokens: operation.maxTokens,
    goneAfter: again === null ? operation.goneAfter : null,
    idempotencyKey: operation.again.length === 0 ? null : operation.id,
  };
}

function eventCount({ shards }: MemoryTables): number {
  return [...shards.values()].reduce((sum, { events }) => sum + events.length, 0);
}
