/** Where a deliberate mistake can be put into the system, by wrapping its parts. @module */
import type { Domain } from "../../ledger/domain.ts";
import type { ShardState } from "../../ledger/shard/mod.ts";
import type { MemoryTables } from "../../ledger/store/memory/mod.ts";
import type { EventStore } from "../../ledger/store/mod.ts";
import type { Bus } from "../../shared/bus/mod.ts";
import type { Process } from "./process.ts";
import type { Scheduler } from "./scheduler.ts";

/** What a wrapper may work with. */
export interface MutantTools {
  readonly process: Process;
  readonly scheduler: Scheduler;
  readonly tables: MemoryTables;
}

/** A mistake; what it does not wrap stays as it is. */
export interface Mutant {
  /** What is wrong, as one would say it. */
  readonly name: string;
  readonly store?: (store: EventStore, tools: MutantTools) => EventStore;
  readonly domain?: (domain: Domain<ShardState>, tools: MutantTools) => Domain<ShardState>;
  /** The bus as one process sees it. */
  readonly bus?: (bus: Bus, tools: MutantTools) => Bus;
  /** Checkpoints of projections are committed apart from their rows. */
  readonly looseCheckpoints?: boolean;
}
