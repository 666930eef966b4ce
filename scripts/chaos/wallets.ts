/** What the log says of wallets and holds, folded here apart from the product's own code. @module */
import type { SeenEvent } from "./books.ts";

/** A wallet in microkyat. */
export interface Wallet {
  credited: bigint;
  charged: bigint;
  held: bigint;
  available: bigint;
  openHolds: number;
}

/** All that happened to one hold. */
export interface HoldHistory {
  readonly requestId: string;
  readonly accountId: string;
  readonly edgeId: string;
  placed: number;
  /** The events that ended it, in order; a hold has one. */
  readonly endings: string[];
  /** Settlements after its end by time; at most one. */
  late: number;
  /** Whether its one settlement was made by its time. */
  byTime: boolean;
  /** Charged to the wallet and written off, over all settlements, in microkyat. */
  charged: bigint;
  unbilled: bigint;
  /** The largest charge that a settlement named. */
  largestCharge: bigint;
}

/** The whole log's meaning for money. */
export interface Fold {
  readonly wallets: ReadonlyMap<string, Wallet>;
  readonly holds: ReadonlyMap<string, HoldHistory>;
  /** Where a wallet fell below zero, or the log's order broke. */
  readonly overspent: readonly string[];
  readonly broken: readonly string[];
  /** By position of interest: what each account had available and held there. */
  readonly snapshots: ReadonlyMap<string, ReadonlyMap<string, Wallet>>;
}

/** Folds the log, and remembers the wallets at `snapshotsAt`. */
export function foldLog(events: readonly SeenEvent[], snapshotsAt: ReadonlySet<string>): Fold {
  const wallets = new Map<string, Wallet>();
  const holds = new Map<string, HoldHistory>();
  const snapshots = new Map<string, ReadonlyMap<string, Wallet>>();
  const overspent: string[] = [];
  const broken: string[] = [];
  let expected = 1n;
  for (const event of events) {
    if (BigInt(event.position) !== expected) {
      broken.push(`position ${event.position} stands where ${expected} should`);
      expected = BigInt(event.position);
    }
    expected += 1n;
    const accountId = event.payload.accountId;
    if (typeof accountId === "string") {
      const wallet = wallets.get(accountId) ?? emptyWallet();
      wallets.set(accountId, wallet);
      foldWallet(wallet, event);
      foldHold(holds, event, accountId);
      if (wallet.available < 0n || wallet.held < 0n) {
        overspent.push(`${accountId} has ${wallet.available} µMMK at position ${event.position}`);
      }
    }
    if (snapshotsAt.has(event.position)) {
      snapshots.set(
        event.position,
        new Map([...wallets].map(([id, wallet]) => [id, { ...wallet }])),
      );
    }
  }
  return { wallets, holds, overspent, broken, snapshots };
}

function emptyWallet(): Wallet {
  return { credited: 0n, charged: 0n, held: 0n, available: 0n, openHolds: 0 };
}

function foldWallet(wallet: Wallet, { type, payload }: SeenEvent): void {
  const amount = (name: string) => BigInt(String(payload[name] ?? "0"));
  const endHold = (held: bigint) => {
    wallet.held -= held;
    wallet.openHolds -= 1;
  };
  switch (type) {
    case "CreditGranted":
    case "AdjustmentPosted":
    case "CreditNoteIssued":
      wallet.credited += amount("amountMicroKyat");
      break;
    case "HoldPlaced":
      wallet.held += amount("amountMicroKyat");
      wallet.openHolds += 1;
      break;
    case "HoldReleased":
    case "HoldExpired":
      endHold(amount("amountMicroKyat"));
      break;
    case "HoldSettled":
      endHold(amount("holdMicroKyat"));
      wallet.charged += amount("chargedMicroKyat");
      break;
    case "LateUsageSettled":
      wallet.charged += amount("chargedMicroKyat");
      break;
  }
  wallet.available = wallet.credited - wallet.charged - wallet.held;
}

function foldHold(holds: Map<string, HoldHistory>, event: SeenEvent, accountId: string): void {
  const { type, payload } = event;
  const requestId = String(payload.requestId ?? "");
  if (requestId === "") return;
  const amount = (name: string) => BigInt(String(payload[name] ?? "0"));
  const hold = holds.get(requestId) ?? {
    requestId,
    accountId,
    edgeId: String(payload.edgeId ?? "unknown"),
    placed: 0,
    endings: [],
    late: 0,
    byTime: false,
    charged: 0n,
    unbilled: 0n,
    largestCharge: 0n,
  };
  holds.set(requestId, hold);
  if (type === "HoldPlaced") hold.placed += 1;
  if (type === "HoldReleased" || type === "HoldExpired") hold.endings.push(type);
  if (type === "LateUsageSettled") hold.late += 1;
  if (type === "HoldSettled") {
    hold.endings.push(type);
    hold.byTime = payload.basis === "expiry";
  }
  if (type !== "HoldSettled" && type !== "LateUsageSettled") return;
  hold.charged += amount("chargedMicroKyat");
  hold.unbilled += amount("unbilledMicroKyat");
  const charge = amount("chargeMicroKyat");
  if (charge > hold.largestCharge) hold.largestCharge = charge;
}
