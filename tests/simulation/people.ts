/** Those who open accounts, grant credit and set prices: at the start, and while things go wrong. @module */
import { type CommandSender, createCommandSender } from "../../ledger/api/mod.ts";
import type { BalanceView, Command } from "../../shared/commands/mod.ts";
import { createApiKey, shardOf } from "../../shared/ids/mod.ts";
import type { Broker } from "./bus.ts";
import type { Random } from "../../shared/effects.ts";
import { fingerprintOf, sealSecret } from "../../shared/routing/mod.ts";
import { MASTER_KEYS, SERVICE_SECRET } from "./machines.ts";
import type { AdminPlan, Plan } from "./plan.ts";
import type { Process } from "./process.ts";

/** Models that are for sale. */
export const MODELS = ["sim-small", "sim-large"] as const;

/** What clients name as a model: one of them, or the router that falls back from one to the other. */
export const MODEL_NAMES = [...MODELS, "chain"] as const;

const ACTOR = "user:admin";

/** What one customer calls the provider with instead of our key. */
export const OWN_SECRET = "simulated-own-key";

/** What every shard must know. */
const EVERYWHERE: ReadonlySet<AdminPlan["kind"]> = new Set(["price", "fx", "markup", "fee"]);

/** See {@link createPeople}. */
export interface People {
  /** The secret of each account's key, known before it is issued. */
  readonly secrets: readonly string[];
  /** Opens the accounts and sets the first prices. */
  setUp(): Promise<void>;
  /** What the owners of the shards say of the accounts; those that nobody answers for are left out. */
  balances(): Promise<BalanceView[]>;
  /** Carries an operation out, until somebody has decided it. */
  carryOut(operation: AdminPlan): Promise<void>;
}

/** The name of an account. */
export function accountName(account: number): string {
  return `acc-${account}`;
}

function planName(index: number): string {
  return `plan-${index}`;
}

/** People at a terminal of their own, which no fault reaches. */
export function createPeople(
  { plan, process, broker }: {
    readonly plan: Plan;
    readonly process: Process;
    readonly broker: Broker;
  },
): People {
  const sender = createCommandSender({
    bus: broker.connect(process),
    effects: process.effects,
    shards: plan.shards,
    serviceSecret: SERVICE_SECRET,
  });
  const keys = plan.credits.map(() => createApiKey(process.random));
  const shards = Array.from({ length: plan.shards }, (_, shard) => shard);

  const send = (shard: number, operationId: string, command: Command) =>
    decided(sender, shard, { operationId, actor: ACTOR, command });
  const everywhere = (id: string, command: Command) =>
    Promise.all(shards.map((shard) => send(shard, id, command)));
  const toAccount = (accountId: string, id: string, command: Command) =>
    send(shardOf(accountId, plan.shards), id, command);

  return {
    secrets: keys.map(({ secret }) => secret),
    async setUp() {
      await everywhere("setup:markup", {
        type: "SetMarkup",
        body: { markupPartsPerMillion: 51_337 },
      });
      await everywhere("setup:fx", fxRate("4217.123457"));
      await everywhere("setup:fee", fee(1_234_567_891n));
      await Promise.all(plan.limits.map((limits, index) =>
        everywhere(`setup:plan:${index}`, {
          type: "PublishPlan",
          body: {
            planId: planName(index),
            name: planName(index),
            family: "simulated",
            monthlyPriceNanoUsd: null,
            limits,
          },
        })
      ));
      await send(0, "setup:router", chainRouter());
      if (plan.ownKeyOf !== null) {
        await send(0, "setup:own", ownKey(accountName(plan.ownKeyOf), process.random));
      }
      for (const [index, model] of MODELS.entries()) {
        await everywhere(`setup:price:${index}`, price(model, 1_237n + 9_173n * BigInt(index)));
      }
      await Promise.all(plan.credits.map(async (credit, index) => {
        const accountId = accountName(index);
        await toAccount(accountId, `open:${index}`, {
          type: "OpenAccount",
          body: { accountId, name: accountId },
        });
        await toAccount(accountId, `grant:${index}`, grant(accountId, credit, `grant:${index}`));
        await toAccount(accountId, `key:${index}`, {
          type: "IssueKey",
          body: {
            accountId,
            keyId: `key-${index}`,
            keyHash: keys[index]!.hash,
            prefix: keys[index]!.prefix,
            label: "simulated",
            expiresAtMs: null,
          },
        });
        const assigned = plan.assigned[index] ?? null;
        if (assigned !== null) {
          await toAccount(accountId, `plan:${index}`, assign(accountId, planName(assigned)));
        }
      }));
    },
    async balances() {
      const views = await Promise.all(
        plan.credits.map((_, account) => sender.balance(accountName(account))),
      );
      return views.flatMap((view) => view !== null && "accountId" in view ? [view] : []);
    },
    async carryOut(operation) {
      const accountId = accountName(operation.account);
      const id = `${operation.kind}:${operation.id}`;
      const command = (amount: number): Command => commandOf(operation, accountId, amount, id);
      const one = (amount: number) =>
        EVERYWHERE.has(operation.kind)
          ? everywhere(id, command(amount))
          : toAccount(accountId, id, command(amount));
      const again = async () => {
        if (operation.againAfterMs === null) return;
        await process.effects.timers.sleep(operation.againAfterMs);
        await one(operation.amount + (operation.conflicting ? 1 : 0));
      };
      await Promise.all([one(operation.amount), again()]);
    },
  };
}

/** Sends a command until somebody has decided it. */
async function decided(
  sender: CommandSender,
  shard: number,
  sending: Parameters<CommandSender["toShard"]>[1],
): Promise<void> {
  while ((await sender.toShard(shard, sending)).status === "unavailable") continue;
}

function commandOf(
  { kind, account, id }: AdminPlan,
  accountId: string,
  amount: number,
  reference: string,
): Command {
  switch (kind) {
    case "grant":
      return grant(accountId, amount, reference);
    case "adjust": {
      const amountMicroKyat = BigInt(amount - 250) * 100_000n;
      return { type: "PostAdjustment", body: { accountId, amountMicroKyat, reason: reference } };
    }
    case "price":
      return price(MODELS[account % MODELS.length]!, BigInt(amount * 37 + 1));
    case "fx":
      return fxRate(`${3_000 + amount}.${amount}`);
    case "markup":
      return { type: "SetMarkup", body: { markupPartsPerMillion: amount * 317 } };
    case "fee":
      return fee(BigInt(amount) * 7_654_321n);
    case "plan": {
      // The first account stays without a plan, for the calls at the end.
      const limited = account > 0 ? accountId : accountName(1);
      return assign(limited, amount % 3 === 0 ? null : planName(amount % 2));
    }
    case "open":
      return { type: "OpenAccount", body: { accountId, name: id } };
    case "revoke": {
      // The first account keeps its key, for the calls at the end.
      const keyId = account > 0 && amount % 2 === 0 ? `key-${account}` : "key-unknown";
      return { type: "RevokeKey", body: { accountId, keyId, reason: "simulated" } };
    }
    default:
      return kind satisfies never;
  }
}

function grant(accountId: string, kyat: number, reference: string): Command {
  const amountMicroKyat = BigInt(kyat) * 1_000_000n + 7n;
  return {
    type: "GrantCredit",
    body: { accountId, amountMicroKyat, source: "manual_payment", reference },
  };
}

/** Odd rates, so that sums do not come out even. */
function price(model: string, base: bigint): Command {
  return {
    type: "PublishPrice",
    body: {
      model,
      displayName: model,
      ownedBy: "simulator",
      ratesPicoUsdPerUnit: {
        input: base * 1_009n,
        cached_input: base * 101n + 3n,
        output: base * 4_001n + 1n,
      },
      tiers: [{ aboveInputTokens: 30, ratesPicoUsdPerUnit: { output: base * 5_003n + 7n } }],
      contextWindowTokens: 4_000,
      maxOutputTokens: 300,
      source: "simulated",
    },
  };
}

function fee(picoUsdPerRequest: bigint): Command {
  return { type: "SetOwnKeyFee", body: { picoUsdPerRequest } };
}

function assign(accountId: string, planId: string | null): Command {
  return { type: "AssignPlan", body: { accountId, keyId: null, planId } };
}

/** The small model of one provider first, then the large one of the other. */
function chainRouter(): Command {
  const [small, large] = MODELS;
  return {
    type: "ConfigureRouter",
    body: {
      routerId: "chain",
      definition: {
        name: "chain",
        enabled: true,
        rules: [],
        fallback: [{ provider: "alpha", model: small }, { provider: "beta", model: large }],
      },
    },
  };
}

function ownKey(ownerId: string, random: Random): Command {
  const place = { provider: "alpha", keyId: "pk-own", level: "organisation", ownerId } as const;
  const envelope = sealSecret(OWN_SECRET, place, { masterKeys: MASTER_KEYS, random });
  return {
    type: "StoreProviderKey",
    body: { ...place, envelope, fingerprint: fingerprintOf(OWN_SECRET) },
  };
}

function fxRate(kyatPerUsd: string): Command {
  return { type: "SetFxRate", body: { kyatPerUsd, source: "simulated" } };
}
