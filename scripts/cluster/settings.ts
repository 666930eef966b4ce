/**
 * The settings of `deno task cluster`, from the environment.
 *
 * @module
 */

import { z } from "zod";
import { hasProviderKey } from "../../proxy/config.ts";
import type { ClusterOptions } from "./cluster.ts";

const port = z.string().regex(/^\d{1,5}$/, "expected a port number")
  .transform((text) => parseInt(text, 10)).refine((value) => value <= 65_525, "too high");

const schema = z.object({
  SARGALAY_DATA_DIR: z.string().min(1).default(".data"),
  SARGALAY_PROXY_PORT: port.default(8787),
  SARGALAY_LEDGER_PORT: port.default(8788),
  SARGALAY_PROJECTIONS_PORT: port.default(8789),
  SARGALAY_SIMULATOR_PORT: port.default(8790),
  SARGALAY_WEB_PORT: port.default(8000),
  SARGALAY_POSTGRES_PORT: port.default(0),
  SARGALAY_NATS_PORT: port.default(0),
  SARGALAY_SERVICE_SECRET: z.string().min(32, "expected at least 32 characters").optional(),
  SARGALAY_SHARDS: z.string().regex(/^([1-9]|[1-5]\d|6[0-4])$/, "expected 1 to 64")
    .transform((text) => parseInt(text, 10)).default(1),
  SARGALAY_UPSTREAMS: z.string().optional(),
  OPENAI_API_KEY: z.string().optional(),
  DATABASE_URL: z.string().regex(/^postgres(ql)?:\/\//, "expected postgres://…").optional(),
  NATS_URL: z.string().regex(/^(nats|tls|ws|wss):\/\//, "expected nats://… or ws://…").optional(),
});

/**
 * Reads the settings; the second proxy and ledger listen ten ports above the first, 0 is any free
 * port. Throws Error naming each bad setting, without its value.
 */
export function readClusterSettings(
  environment: Readonly<Record<string, string | undefined>>,
): ClusterOptions & { readonly dataDir: string } {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value));
  const parsed = schema.safeParse(given);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path: [name], message }) =>
      `${String(name)}: ${message}`
    );
    throw new Error(`the cluster's settings are not usable: ${problems.join("; ")}`);
  }
  const { data } = parsed;
  const second = (first: number) => first === 0 ? 0 : first + 10;
  return {
    dataDir: `${data.SARGALAY_DATA_DIR}/cluster`,
    ports: {
      "proxy-1": data.SARGALAY_PROXY_PORT,
      "proxy-2": second(data.SARGALAY_PROXY_PORT),
      "ledger": data.SARGALAY_LEDGER_PORT,
      "ledger-standby": second(data.SARGALAY_LEDGER_PORT),
      "projections": data.SARGALAY_PROJECTIONS_PORT,
      "simulator": data.SARGALAY_SIMULATOR_PORT,
      "web": data.SARGALAY_WEB_PORT,
    },
    postgresPort: data.SARGALAY_POSTGRES_PORT,
    natsPort: data.SARGALAY_NATS_PORT,
    databaseUrl: data.DATABASE_URL,
    natsUrl: data.NATS_URL,
    serviceSecret: data.SARGALAY_SERVICE_SECRET,
    shards: data.SARGALAY_SHARDS,
    // As the proxies decide it: without a provider, the simulator serves.
    upstream: data.SARGALAY_UPSTREAMS !== undefined || hasProviderKey(given)
      ? "environment"
      : "simulator",
    fsync: true,
  };
}
