/** Mistakes in how the log is written and owned. @module */
import { shardTables } from "../../../ledger/store/memory/mod.ts";
import type { AppendResult, Batch, EventStore } from "../../../ledger/store/mod.ts";
import type { Mutant, MutantTools } from "../mutant.ts";

/** See the module. */
export const storeMutants: readonly Mutant[] = [
  {
    name: "operation ids are not remembered",
    store: (store, { tables }) => ({
      ...store,
      findOutcomes: () => Promise.resolve([]),
      append(batch) {
        const { outcomes } = shardTables(tables, batch.ownership.shard);
        return store.append({
          ...batch,
          outcomes: batch.outcomes.filter(({ operationId }) => !outcomes.has(operationId)),
        });
      },
    }),
  },
  {
    name: "a rejection leaves no outcome",
    store: (store) => ({
      ...store,
      append: (batch) =>
        store.append({
          ...batch,
          outcomes: batch.outcomes.filter(({ outcome }) => outcome.status !== "rejected"),
        }),
    }),
  },
  {
    name: "commands are answered before the commit",
    store(store, { scheduler, process }) {
      return {
        ...store,
        append(batch) {
          scheduler.at(40_000, {
            actor: process,
            label: "commit afterwards",
            task: () => void store.append(batch),
          });
          return committed();
        },
      };
    },
  },
  {
    name: "outcomes are written apart from their events",
    store: (store, tools) => ({
      ...store,
      async append(batch) {
        const result = await store.append({ ...batch, outcomes: [] });
        if (result.status !== "committed") return result;
        afterwards(tools, () => {
          const { outcomes } = shardTables(tools.tables, batch.ownership.shard);
          for (const outcome of batch.outcomes) outcomes.set(outcome.operationId, outcome);
        });
        return result;
      },
    }),
  },
  {
    name: "balances are written apart from their events",
    store: (store, tools) => ({
      ...store,
      async append(batch) {
        const result = await store.append({ ...batch, balances: [] });
        if (result.status !== "committed") return result;
        afterwards(tools, () => {
          const { balances, position } = shardTables(tools.tables, batch.ownership.shard);
          for (const one of batch.balances) {
            balances.set(`${one.account}|${one.currency}`, { ...one, position });
          }
        });
        return result;
      },
    }),
  },
  {
    name: "nobody is fenced",
    store: (store, { tables }) => ({
      ...store,
      append: (batch) => {
        const { epoch } = shardTables(tables, batch.ownership.shard);
        return store.append({ ...batch, ownership: { ...batch.ownership, epoch } });
      },
    }),
  },
  {
    name: "the head is read again without a new epoch",
    store: (store) => ({
      ...store,
      async reclaim({ shard, owner }) {
        const head = await store.readHead(shard);
        return head?.owner === owner ? head : null;
      },
    }),
  },
  {
    name: "a commit whose answer was lost is done again",
    store: commitsAgain,
  },
  {
    name: "an ambiguous commit burns a position",
    store(store, { tables }) {
      let ambiguous = false;
      return {
        ...store,
        reclaim(...args) {
          ambiguous = true;
          return store.reclaim(...args);
        },
        async append(batch) {
          const result = await store.append(batch);
          const { events } = shardTables(tables, batch.ownership.shard);
          const last = events.at(-1);
          if (ambiguous && result.status === "committed" && last !== undefined) {
            events[events.length - 1] = { ...last, position: last.position + 1n };
            ambiguous = false;
          }
          return result;
        },
      };
    },
  },
  {
    name: "a leg of a long posting is left out",
    store: (store) => ({
      ...store,
      append: (batch) =>
        store.append({ ...batch, postings: batch.postings.filter(({ leg }) => leg !== 3) }),
    }),
  },
];

function committed(): Promise<AppendResult> {
  return Promise.resolve({ status: "committed" });
}

/** Does the rest of a commit a little later, if the process lives that long. */
function afterwards({ scheduler, process }: MutantTools, task: () => void): void {
  scheduler.at(3_000, { actor: process, label: "the rest of the commit", task });
}

function commitsAgain(store: EventStore, { tables }: MutantTools): EventStore {
  let before: Pick<Batch, "afterPosition" | "frame"> | null = null;
  let again = false;
  return {
    ...store,
    async reclaim(ownership, leaseMs) {
      const head = await store.reclaim(ownership, leaseMs);
      const frame = before?.frame ?? null;
      if (head === null || before === null || frame === null) return head;
      if (head.frameHash.toHex() !== frame.hash.toHex()) return head;
      again = true;
      return { ...head, position: before.afterPosition, frameHash: frame.previousHash };
    },
    append(batch) {
      before = batch;
      if (!again) return store.append(batch);
      again = false;
      return store.append(rebased(batch, tables));
    },
  };
}

/** The same batch once more, after what it already led to. */
function rebased(batch: Batch, tables: MutantTools["tables"]): Batch {
  const { position, versions, outcomes } = shardTables(tables, batch.ownership.shard);
  const shift = position - batch.afterPosition;
  const next = new Map(versions);
  return {
    ...batch,
    afterPosition: position,
    events: batch.events.map((event) => {
      const version = (next.get(event.stream) ?? 0) + 1;
      next.set(event.stream, version);
      const eventId = event.eventId.replace(/^./, "f");
      return { ...event, position: event.position + shift, version, eventId };
    }),
    postings: batch.postings.map((one) => ({ ...one, position: one.position + shift })),
    holdsOpened: [],
    outcomes: batch.outcomes.filter(({ operationId }) => !outcomes.has(operationId)),
    frame: batch.frame && { ...batch.frame, firstPosition: position + 1n },
  };
}
