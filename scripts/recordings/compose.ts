/** The ledger and a proxy in one process and in memory: what a call goes through, and no more. @module */
import { composeLedger } from "../../ledger/compose.ts";
import { openPglite } from "../../ledger/store/mod.ts";
import { composeProxy } from "../../proxy/compose.ts";
import { readProxyConfig } from "../../proxy/config.ts";
import { createInProcessBus } from "../../shared/bus/mod.ts";
import { createEffects, platformOf } from "../../shared/effects.ts";
import { uuidv7 } from "../../shared/ids/mod.ts";
import { createLog } from "../../shared/log.ts";
import { signAdminToken } from "../demo/mod.ts";
import { createClosing } from "../embedded/closing.ts";
import { serve } from "../embedded/serve.ts";

/** Two rooms that serve on loopback. */
export interface Rooms {
  readonly proxyUrl: string;
  readonly ledgerUrl: string;
  readonly adminToken: string;
  close(): Promise<void>;
}

const READY_DEADLINE_MS = 60_000;
const HOST = "127.0.0.1";

/** Starts them on free ports; `environment` is what the proxy's settings are read from. */
export async function startRooms(environment: Readonly<Record<string, string>>): Promise<Rooms> {
  const closing = createClosing();
  const effects = createEffects(platformOf(globalThis));
  const serviceSecret = `${uuidv7(effects)}-${uuidv7(effects)}`;
  const log = createLog(
    (line) => line.includes('"level":"error"') && console.error(line),
    effects.clock,
    "recordings",
  );
  try {
    const database = await openPglite(null);
    closing.last(() => database.destroy());
    const onFault = ({ subject, error }: { subject: string; error: unknown }) =>
      log.error("bus_fault", { subject, reason: String(error) });
    const { clock, timers } = effects;
    const bus = createInProcessBus({ clock, timers, onFault });
    closing.last(() => bus.close());
    const ledger = await composeLedger({ serviceSecret, shards: 1, seed: "catalogue" }, {
      database,
      bus,
      effects,
      log,
      owner: `recordings-${uuidv7(effects)}`,
      exclusive: true,
    });
    closing.add(() => ledger.close());
    await ledger.ready(READY_DEADLINE_MS);
    const proxy = await composeProxy(readProxyConfig(environment), {
      bus,
      effects,
      fetch: (url, init) => fetch(url, init),
      log,
    });
    const ledgerUrl = serve({ host: HOST, port: 0, closing }, ledger.fetch);
    const proxyUrl = serve({ host: HOST, port: 0, closing }, proxy.fetch);
    closing.first(() => proxy.close());
    const adminToken = await signAdminToken(serviceSecret, effects.clock);
    return { proxyUrl, ledgerUrl, adminToken, close: closing.run };
  } catch (error) {
    await closing.run();
    throw error;
  }
}
