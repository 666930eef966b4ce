/** Ledger processes for tests, as `deno task ledger` runs them, and an admin's hand on their API. @module */
import { createEffects, platformOf } from "../../shared/effects.ts";
import { signServiceToken } from "../../shared/identity/mod.ts";
import { freePort } from "../servers/mod.ts";

const SERVICE_SECRET = "a-secret-of-at-least-32-characters!";
const CHECKPOINT_KEY = btoa("k".repeat(32));
const { clock, timers } = createEffects(platformOf(globalThis));

/** A ledger as a process of its own. */
export interface LedgerProcess {
  readonly url: string;
  readonly pid: number;
  /** Sends a signal unless it has ended, and resolves when it has. */
  kill(signal: Deno.Signal): Promise<Deno.CommandStatus>;
}

/** Starts one with the permissions of its task; SARGALAY_TEST_VERBOSE shows its log. */
export function startLedger(env: Record<string, string>): LedgerProcess {
  const port = freePort();
  const checkpointDir = env.SARGALAY_CHECKPOINT_DIRS ?? Deno.makeTempDirSync();
  const permissions = [
    "--allow-net",
    "--allow-env",
    "--allow-read",
    "--allow-sys",
    `--allow-write=${checkpointDir}`,
  ];
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", ...permissions, "ledger/main.ts"],
    env: {
      SARGALAY_SERVICE_SECRET: SERVICE_SECRET,
      SARGALAY_LEDGER_PORT: String(port),
      SARGALAY_CHECKPOINT_KEY: CHECKPOINT_KEY,
      SARGALAY_CHECKPOINT_DIRS: checkpointDir,
      ...env,
    },
    stdin: "null",
    stdout: Deno.env.get("SARGALAY_TEST_VERBOSE") ? "inherit" : "null",
    stderr: "inherit",
  }).spawn();
  let ended = false;
  const status = child.status.finally(async () => {
    ended = true;
    if (env.SARGALAY_CHECKPOINT_DIRS === undefined) {
      await Deno.remove(checkpointDir, { recursive: true });
    }
  });
  return {
    url: `http://127.0.0.1:${port}`,
    pid: child.pid,
    kill(signal) {
      if (!ended) child.kill(signal);
      return status;
    },
  };
}

/** Tries until `attempt` gives a value; a throw or null is tried again. Throws after the time. */
export async function eventually<T>(
  what: string,
  timeoutMs: number,
  attempt: () => Promise<T | null>,
): Promise<T> {
  const deadlineMs = clock.nowMs() + timeoutMs;
  let last: unknown = null;
  while (clock.nowMs() < deadlineMs) {
    try {
      const value = await attempt();
      if (value !== null) return value;
    } catch (error) {
      last = error;
    }
    await timers.sleep(50);
  }
  throw new Error(`not within ${timeoutMs} ms: ${what}`, { cause: last });
}

/** Waits until the process serves or stands by. */
export async function untilHealthy(ledger: LedgerProcess): Promise<void> {
  await eventually("the ledger is healthy", 120_000, async () => {
    const response = await fetch(`${ledger.url}/health`);
    await response.body?.cancel();
    return response.ok ? true : null;
  });
}

/** Calls the API as an admin. */
export async function callAsAdmin(
  ledger: LedgerProcess,
  method: string,
  path: string,
  more: { readonly body?: unknown; readonly key?: string } = {},
) {
  const admin = { actor: "user:admin", role: "admin", accountId: null } as const;
  const token = await signServiceToken(admin, { secret: SERVICE_SECRET, clock, ttlMs: 60_000 });
  const response = await fetch(ledger.url + path, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      "idempotency-key": more.key ?? crypto.randomUUID(),
    },
    ...(more.body === undefined ? {} : { body: JSON.stringify(more.body) }),
  });
  return { status: response.status, answer: await response.json() };
}

/** The name of the process that owns shard 0, as `ledger` knows it. */
export async function ownerOf(ledger: LedgerProcess): Promise<string> {
  const { answer } = await callAsAdmin(ledger, "GET", "/v1/status");
  return String(answer.shards[0].owner);
}
