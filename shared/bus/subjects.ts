/** The subjects of the system. @module */

/** The stream that keeps usage and settlement messages until the ledger has committed them. */
export const METER_STREAM = {
  name: "METER",
  // One subject, because servers before 2.10 give a consumer no more than one filter.
  subjects: ["sargalay.*.meter.>"],
  duplicateWindowMs: 120_000,
  maxMessages: 10_000_000,
} as const;

/** The stream that keeps each shard's newest checkpoints outside the ledger's database. */
export const CHECKPOINT_STREAM = {
  name: "CHECKPOINTS",
  subjects: ["sargalay.*.checkpoint"],
  duplicateWindowMs: 120_000,
  // Beyond 64 of each of 64 shards: what a quiet shard keeps is never displaced by busy ones.
  maxMessages: 10_000,
  maxMessagesPerSubject: 64,
} as const;

/** The stream that keeps the sealed answers of calls with an idempotency key, for their retries. */
export const ANSWER_STREAM = {
  name: "ANSWERS",
  // Four tokens, because servers refuse streams whose subjects could overlap.
  subjects: ["sargalay.kept.answer.*"],
  duplicateWindowMs: 120_000,
  maxMessages: 10_000,
  maxMessagesPerSubject: 1,
} as const;

/** Subject names by shard, edge and purpose. */
export const subjects = {
  /** Request/reply: a CommandEnvelope, answered by a CommandReply. */
  command: (shard: number) => `sargalay.${shard}.command`,
  /** Request/reply: a LedgerQuery, answered by `{result}`. */
  query: (shard: number) => `sargalay.${shard}.query`,
  /** Request/reply: an EdgeConfigRequest, answered by an EdgeConfigPage. */
  config: (shard: number) => `sargalay.${shard}.config`,
  /** Broadcast: `{position}` whenever keys or prices changed. */
  configChanged: (shard: number) => `sargalay.${shard}.config_changed`,
  /** Durable: a CommandEnvelope of ReportUsage. */
  usage: (shard: number) => `sargalay.${shard}.meter.usage`,
  /** Durable: a CommandEnvelope of SettleHold or ReleaseHold that the ledger has not accepted. */
  settle: (shard: number) => `sargalay.${shard}.meter.settle`,
  /** The filter of both durable subjects of a shard. */
  meter: (shard: number) => `sargalay.${shard}.meter.>`,
  /** Broadcast: `{shard, position}` after each commit. */
  committed: (shard: number) => `sargalay.${shard}.committed`,
  /** Durable: `{shard, note, position}`, a signed checkpoint. */
  checkpoint: (shard: number) => `sargalay.${shard}.checkpoint`,
  /** Durable: the sealed answer to a request. */
  answer: (requestId: string) => `sargalay.kept.answer.${requestId}`,
  /** Broadcast among edges: what one of them found out about the health of providers. */
  edgeHealth: "sargalay.edges.health",
  /** Broadcast to one edge: a SettledNotice. */
  settled: (edgeId: string) => `sargalay.edge.${edgeId}.settled`,
} as const;
