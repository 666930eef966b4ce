/** What the fake projections answer about cost. @module */
import type {
  CostRow,
  ErrorPatternRow,
  ModelUsageRow,
  ReRateRow,
} from "../../shared/read_api/mod.ts";

const NOTHING = {
  day: null,
  accountId: null,
  keyId: null,
  model: null,
  provider: null,
  modality: null,
};

const dayOf = (atMs: number) => new Date(atMs + 23_400_000).toISOString().slice(0, 10);

function amounts(index: number) {
  return {
    requests: 40 + index * 13,
    chargedMicroKyat: String(((index * 37) % 11) * 1_234_567 + 5),
    unbilledMicroKyat: index === 2 ? "1500000" : "0",
    costNanoUsd: String(((index * 37) % 11) * 254_000),
  };
}

/** The rows of a view. */
export function sampleCosts(view: string, nowMs: number): readonly unknown[] {
  const rows = (count: number, dimensions: (index: number) => Partial<CostRow>): CostRow[] =>
    Array.from({ length: count }, (_, index) => ({
      ...NOTHING,
      ...dimensions(index),
      ...amounts(index),
    }));
  switch (view) {
    case "by-day":
      return rows(31, (index) => ({ day: dayOf(nowMs - (30 - index) * 86_400_000) }));
    case "by-model":
      return rows(4, (index) => ({ model: `gpt-4o-${index}` }));
    case "by-provider":
      return rows(3, (index) => ({ provider: `provider-${index}` }));
    case "by-key":
      return rows(5, (index) => ({ accountId: "demo", keyId: `key-${index}` }));
    case "by-modality":
      return rows(2, (index) => ({ modality: index === 0 ? "text" : "audio" }));
    case "usage-by-model":
      return [sampleUsage()];
    case "errors":
      return Array.from({ length: 6 }, (_, index) => sampleError(index, nowMs));
    default:
      return [];
  }
}

function sampleUsage(): ModelUsageRow {
  const spread = { calls: 53, meanMs: 812, p50Ms: 730, p95Ms: 1_900, p99Ms: 2_450, maxMs: 3_001 };
  return {
    day: null,
    model: "gpt-4o-mini",
    ...amounts(1),
    usage: { input: 120_400, cached_input: 5_120, output: 38_600, reasoning: 1_200 },
    latency: spread,
    timeToFirstToken: null,
  };
}

function sampleError(index: number, nowMs: number): ErrorPatternRow {
  const hourMs = Math.floor(nowMs / 3_600_000) * 3_600_000;
  return {
    hourMs: hourMs - index * 2 * 3_600_000,
    scope: index % 3 === 0 ? "attempt" : "call",
    provider: "primary",
    model: "gpt-4o",
    errorClass: index % 2 === 0 ? "upstream_overloaded" : "upstream_timeout",
    failures: 3 + index,
    requests: 2 + index,
  };
}

/** A re-rating: one account that would have paid less, one that would have paid more. */
export function sampleReRate(): ReRateRow[] {
  const row = {
    reRateId: "re-rate-1",
    requests: 12,
    unbilledMicroKyat: "0",
    creditedMicroKyat: null,
    creditedInPeriodMicroKyat: "0",
    isPeriodOpen: false,
  };
  return [
    {
      ...row,
      accountId: "demo",
      chargeMicroKyat: "12345679",
      chargedMicroKyat: "12345679",
      reRatedMicroKyat: "12000000",
      differenceMicroKyat: "-345679",
      creditMicroKyat: "345679",
    },
    {
      ...row,
      accountId: "other",
      chargeMicroKyat: "1000000",
      chargedMicroKyat: "1000000",
      reRatedMicroKyat: "1100000",
      differenceMicroKyat: "100000",
      creditMicroKyat: "0",
    },
  ];
}
