/**
 * Small stand-ins for the proxy, the ledger and the projections: enough of their HTTP to drive the
 * pages. They check the caller's token and permission as the real rooms do.
 *
 * @module
 */
import { createEffects, platformOf } from "../../shared/effects.ts";
import { verifyServiceToken } from "../../shared/identity/mod.ts";
import { toJsonValue } from "../../shared/json.ts";
import { isAllowed, type Permission, type Principal } from "../../shared/permissions.ts";
import type {
  AccountRow,
  BudgetRow,
  GatewayStatus,
  KeyRow,
  RequestRow,
} from "../../shared/read_api/mod.ts";
import {
  sampleActions,
  sampleBalance,
  sampleDetail,
  sampleEvent,
  sampleExplanation,
  sampleJournal,
} from "./fake_audit.ts";
import { type FakeOperations, fakeOperations } from "./fake_operations.ts";
import { sampleCosts, sampleReRate } from "./fake_costs.ts";
import { fakeRouting } from "./fake_routing.ts";
import { sampleStatus } from "./fake_status.ts";
import { sampleAccount, samplePlanUsage, sampleRequests } from "./samples.ts";

/** A command as the fake ledger received it. */
export interface ReceivedCommand {
  readonly method: string;
  readonly path: string;
  readonly body: Record<string, unknown>;
  readonly idempotencyKey: string;
  readonly actor: string;
}

/** A key and a receipt. */
export interface Proofs {
  readonly origin: string;
  readonly publicKey: string;
  readonly receipt: unknown;
}

/** The running fakes. */
export interface FakeRooms {
  readonly proxyUrl: string;
  readonly ledgerUrl: string;
  readonly projectionsUrl: string;
  readonly commands: readonly ReceivedCommand[];
  readonly account: AccountRow;
  /** Changes the balance and tells the live pages. */
  setBalance(change: Partial<AccountRow>): void;
  /** How the gateway is doing from now on. */
  setStatus(change: Partial<GatewayStatus>): void;
  /** Wakes every live page. */
  tellLive(): void;
  /** Projections and alerts. */
  readonly operations: FakeOperations;
  /** What the ledger proves from now on: its key, and one receipt for every request. */
  setProofs(proofs: Proofs): void;
  /** Lets every later call to the projections fail. */
  breakProjections(broken: boolean): void;
  stop(): Promise<void>;
}

const effects = createEffects(platformOf(globalThis));

/** Starts the fakes on free ports of 127.0.0.1. */
export function startFakeRooms(options: {
  readonly secret: string;
  readonly nowMs: number;
  readonly simulated?: boolean;
}): FakeRooms {
  const commands: ReceivedCommand[] = [];
  const live = new Set<ReadableStreamDefaultController<Uint8Array>>();
  let account = sampleAccount(options.nowMs);
  let broken = false;
  let position = 100n;
  let proofs: Proofs | null = null;
  let status = sampleStatus(options.nowMs);
  const keys: KeyRow[] = [];
  const budgets: BudgetRow[] = [];
  const requests = sampleRequests(options.nowMs);
  const operations = fakeOperations(options.nowMs);
  const routing = fakeRouting(options.nowMs, keys);

  const principalOf = (request: Request): Promise<Principal | null> =>
    verifyServiceToken((request.headers.get("authorization") ?? "").replace("Bearer ", ""), {
      secret: options.secret,
      clock: effects.clock,
    });
  const notice = () =>
    new TextEncoder().encode(
      `event: account\ndata: ${JSON.stringify({ position: String(position), item: account })}\n\n`,
    );
  const setBalance = (change: Partial<AccountRow>) => {
    account = { ...account, ...change };
    position += 1n;
    for (const controller of live) controller.enqueue(notice());
  };
  const grant = (amount: string) => {
    const more = (text: string) => (BigInt(text) + BigInt(amount)).toString();
    setBalance({
      creditedMicroKyat: more(account.creditedMicroKyat),
      availableMicroKyat: more(account.availableMicroKyat),
    });
  };

  async function ledger(request: Request): Promise<Response> {
    const url = new URL(request.url);
    const principal = await principalOf(request);
    if (principal === null) return refuse(401, "invalid_token", "the token is not genuine");
    const path = url.pathname;
    if (request.method === "GET") {
      const read = routing.ledgerRead(path);
      if (read !== null) {
        return isAllowed(principal, "provider:read", null)
          ? read
          : refuse(403, "permission_denied", "not allowed");
      }
      if (proofs === null) return refuse(404, "not_found", "no checkpoint has been signed yet");
      if (/^\/checkpoints\/[1-9]/.test(path)) return refuse(404, "not_found", "no such shard");
      const key = { keyName: proofs.origin, publicKey: proofs.publicKey };
      return Response.json(
        path.startsWith("/checkpoints/")
          ? {
            origin: proofs.origin,
            keys: [{ ...key, position: "1", recordedAtMs: options.nowMs }],
          }
          : path.endsWith("/proof")
          ? proofs.receipt
          : { proofs: [proofs.receipt], proofPending: false },
      );
    }
    const accountId = /^\/v1\/accounts\/([^/]+)\//.exec(path)?.[1] ?? null;
    const needed = routing.permissionOf(request.method, path) ?? permissionOf(request.method, path);
    if (!isAllowed(principal, needed, accountId)) {
      return refuse(403, "permission_denied", "not allowed");
    }
    const body = request.method === "DELETE" ? {} : await request.json();
    const idempotencyKey = request.headers.get("idempotency-key") ?? "";
    commands.push({ method: request.method, path, body, idempotencyKey, actor: principal.actor });
    position += 1n;
    const accept = (result: unknown = {}) => Response.json({ position: String(position), result });
    if (routing.permissionOf(request.method, path) !== null) {
      const refused = routing.take(request.method, path, body);
      return refused === null ? accept() : refuse(409, "conflict", refused);
    }
    if (path.startsWith("/v1/alert")) {
      operations.take(request.method, path, body);
      return accept();
    }
    if (path.endsWith("/credits")) {
      grant(body.amountMicroKyat);
      return accept();
    }
    if (path.endsWith("/adjustments")) {
      const after = BigInt(account.availableMicroKyat) + BigInt(body.amountMicroKyat);
      if (after < 0n) return refuse(402, "insufficient_quota", "the wallet would go below zero");
      grant(body.amountMicroKyat);
      return accept();
    }
    if (path.endsWith("/keys")) {
      const keyId = `key-${keys.length + 1}`;
      const prefix = `sk-sgl-Ab${keys.length + 1}…`;
      const secret = `sk-sgl-${String(keys.length + 1).padStart(43, "K")}`;
      keys.unshift(newKey({ keyId, prefix, accountId: accountId ?? "", body }, options.nowMs));
      return accept({ keyId, prefix, secret });
    }
    if (request.method === "DELETE") {
      const index = keys.findIndex((key) => path.endsWith(`/${key.keyId}`));
      if (index < 0) return refuse(404, "not_found", "there is no such key");
      keys[index] = { ...keys[index]!, state: "revoked", revokedAtMs: options.nowMs };
      return accept();
    }
    if (path.endsWith("/budgets")) {
      budgets.splice(0, budgets.length, { accountId: accountId ?? "", ...body });
    }
    return accept();
  }

  async function projections(request: Request): Promise<Response> {
    if (broken) return new Response("<h1>502</h1>", { status: 502 });
    const url = new URL(request.url);
    const principal = await principalOf(request);
    if (principal === null) return refuse(401, "invalid_token", "the token is not genuine");
    const [, , resource, id, part] = url.pathname.split("/");
    const page = (items: readonly unknown[], nextCursor: string | null = null) =>
      Response.json({ position: String(position), items, nextCursor });
    const turnable = (rows: readonly { readonly position: string }[], { searchParams }: URL) => {
      const cursor = searchParams.get("cursor");
      const items = cursor === null ? rows : [];
      const [nextCursor, previousCursor] = cursor === null ? ["older", null] : [null, "newer"];
      return Response.json({ position: String(position), items, nextCursor, previousCursor });
    };
    const item = (value: unknown) =>
      value === undefined
        ? refuse(404, "not_found", "not found")
        : Response.json({ position: String(position), item: value });
    switch (resource) {
      case "accounts":
        if (id === undefined) return page([account]);
        if (principal.role === "developer" && principal.accountId !== id) {
          return refuse(404, "not_found", "not found");
        }
        if (part === "keys") return page(keys);
        if (part === "budgets") return page(budgets);
        if (part === "plan-usage") return page(samplePlanUsage(options.nowMs));
        if (part === "journal") return page(sampleJournal(options.nowMs));
        if (part === "balance") {
          const at = parseInt(url.searchParams.get("at") ?? "0", 10);
          return item(sampleBalance(at, account.openedAtMs) ?? undefined);
        }
        return item(id === account.accountId ? account : undefined);
      case "requests":
        if (id !== undefined) {
          const found = requests.find((row) => row.requestId === id);
          if (part !== "explanation" || found === undefined) return item(found);
          return item(sampleExplanation(found));
        }
        return pageOfRequests(requests, url, page);
      case "usage":
        return page(usageOf(requests, options.nowMs));
      case "prices":
        return pageOfPrices(routing.prices(url.searchParams), url, page);
      case "keys":
        return page(keys);
      case "plans":
        if (part === "assignments") return page([]);
        return page(routing.plans());
      case "rates":
        return item({
          markup: { markupVersion: 1, markupPartsPerMillion: 50_000, setAtMs: options.nowMs },
          ownKeyFee: {
            feeVersion: 3,
            picoUsdPerRequest: "250000000",
            setAtMs: options.nowMs,
          },
          fx: {
            fxVersion: 1,
            microKyat: "4500000000",
            nanoUsd: "1000000000",
            source: "Reference rate",
            setAtMs: options.nowMs,
          },
        });
      case "trial-balance":
        return page([
          { account: "1010 Gateway clearing", currency: "MMK", balance: "50000000000" },
          { account: "2000 Customer prepaid", currency: "MMK", balance: "-49987654321" },
          { account: "4000 Usage revenue", currency: "MMK", balance: "-12345679" },
        ]);
      case "events":
        if (id !== undefined) {
          return item(part === "7" ? sampleDetail(options.nowMs) : undefined);
        }
        if (url.searchParams.get("type")?.startsWith("Router") === true) {
          const rows = routing.events(url.searchParams.get("type") ?? "");
          return Response.json({
            position: String(position),
            items: rows,
            nextCursor: null,
            previousCursor: null,
          });
        }
        return turnable([sampleEvent(options.nowMs)], url);
      case "admin-actions":
        return turnable(sampleActions(options.nowMs), url);
      case "costs":
        if (url.searchParams.get("format") === "csv") {
          return new Response("day\r\n2026-11-20\r\n", {
            headers: {
              "content-type": "text/csv; charset=utf-8",
              "content-disposition": `attachment; filename="${id}.csv"`,
            },
          });
        }
        return page(sampleCosts(id ?? "", options.nowMs));
      case "projections":
        return operations.projections(request, { name: id ?? "", part: part ?? "" }, principal);
      case "re-rate":
        return page(sampleReRate());
      case "alerts":
        if (id !== undefined) return item(operations.alert(id));
        return page(operations.alerts(url.searchParams.get("state") ?? ""));
      case "alert-rules":
        return page(operations.rules());
      case "status":
        if (!isAllowed(principal, "provider:read", null)) {
          return refuse(403, "permission_denied", "not allowed");
        }
        return item(status);
      case "live":
        return liveStream(live, id === "alerts" ? operations.alertNotice : notice);
      default:
        return refuse(404, "not_found", "not found");
    }
  }

  const proxy = () =>
    Response.json({
      status: "ok",
      upstreams: [{ name: "upstream", simulated: options.simulated ?? true }],
    });
  const servers = [ledger, projections, proxy].map((handler) =>
    Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, handler)
  );
  const [ledgerUrl, projectionsUrl, proxyUrl] = servers.map((server) =>
    `http://127.0.0.1:${server.addr.port}`
  );
  return {
    ledgerUrl: ledgerUrl!,
    projectionsUrl: projectionsUrl!,
    proxyUrl: proxyUrl!,
    commands,
    get account() {
      return account;
    },
    setBalance,
    setStatus: (change) => void (status = { ...status, ...change }),
    operations,
    tellLive() {
      for (const controller of live) controller.enqueue(operations.alertNotice());
    },
    setProofs: (value) => void (proofs = value),
    breakProjections: (value) => void (broken = value),
    async stop() {
      for (const controller of live) controller.close();
      live.clear();
      await Promise.all(servers.map((server) => server.shutdown()));
    },
  };
}

function refuse(status: number, code: string, message: string): Response {
  return Response.json({ error: { code, message, param: null } }, { status });
}

function permissionOf(method: string, path: string): Permission {
  if (path.startsWith("/v1/alerts/")) return "alert:acknowledge";
  if (path.startsWith("/v1/alert-rules/")) return "alert:edit";
  if (path.endsWith("/credits")) return "credit:grant";
  if (path.endsWith("/credit-notes")) return "credit_note:issue";
  if (path.endsWith("/adjustments")) return "adjustment:post";
  if (path.endsWith("/budgets")) return "budget:set";
  if (path.endsWith("/keys")) return "key:issue";
  if (method === "DELETE") return "key:revoke";
  if (path === "/v1/prices") return "price:publish";
  if (path === "/v1/markup") return "markup:set";
  if (path === "/v1/fx") return "fx:set";
  if (path === "/v1/own-key-fee") return "price:publish";
  return "account:open";
}

function newKey(
  { keyId, prefix, accountId, body }: {
    keyId: string;
    prefix: string;
    accountId: string;
    body: Pick<KeyRow, "label" | "expiresAtMs" | "teamId" | "userId">;
  },
  nowMs: number,
): KeyRow {
  return {
    keyId,
    accountId,
    prefix,
    label: body.label,
    state: "active",
    issuedAtMs: nowMs,
    expiresAtMs: body.expiresAtMs,
    teamId: body.teamId,
    userId: body.userId,
    revokedAtMs: null,
    lastUsedAtMs: null,
  };
}

const PAGE_SIZE = 20;

function pageOfRequests(
  requests: readonly RequestRow[],
  url: URL,
  page: (items: readonly unknown[], nextCursor: string | null) => Response,
): Response {
  const wanted = url.searchParams.get("state");
  const from = parseInt(url.searchParams.get("cursor") ?? "0", 10);
  const fitting = requests.filter((row) => wanted === null || row.state === wanted);
  const end = from + PAGE_SIZE;
  return page(fitting.slice(from, end), end < fitting.length ? String(end) : null);
}

function pageOfPrices(
  rows: readonly unknown[],
  url: URL,
  page: (items: readonly unknown[], nextCursor: string | null) => Response,
): Response {
  const from = parseInt(url.searchParams.get("cursor") ?? "0", 10);
  const end = from + parseInt(url.searchParams.get("limit") ?? "50", 10);
  return page(rows.slice(from, end).map(toJsonValue), end < rows.length ? String(end) : null);
}

function usageOf(requests: readonly RequestRow[], nowMs: number): unknown[] {
  return Array.from({ length: 14 }, (_, index) => ({
    day: new Date(nowMs + 23_400_000 - index * 86_400_000).toISOString().slice(0, 10),
    requests: requests.length * ((index * 7) % 5),
    usage: { input: 100, output: 50 },
    chargedMicroKyat: String(((index * 37) % 11) * 1_234_567),
  }));
}

function liveStream(
  live: Set<ReadableStreamDefaultController<Uint8Array>>,
  notice: () => Uint8Array,
): Response {
  let own: ReadableStreamDefaultController<Uint8Array> | null = null;
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      own = controller;
      live.add(controller);
      controller.enqueue(notice());
    },
    cancel() {
      if (own !== null) live.delete(own);
    },
  });
  return new Response(body, { headers: { "content-type": "text/event-stream" } });
}
