/** The ledger's settings, read once from the environment. @module */
import { z } from "zod";

const port = z.string().regex(/^\d{1,5}$/, "expected a port number").transform((text) =>
  parseInt(text, 10)
).refine((value) => value <= 65_535, "expected a port number below 65,536");

const settingsSchema = z.object({
  SARGALAY_LEDGER_PORT: port.default(8788),
  SARGALAY_HOST: z.string().min(1).default("127.0.0.1"),
  DATABASE_URL: z.string().regex(/^postgres(ql)?:\/\//, "expected postgres://…"),
  NATS_URL: z.string().regex(/^(nats|tls|ws|wss):\/\//, "expected nats://…, tls://…, ws(s)://…"),
  SARGALAY_SERVICE_SECRET: z.string().min(32, "expected at least 32 characters"),
  SARGALAY_SHARDS: z.string().regex(/^([1-9]|[1-5]\d|6[0-4])$/, "expected 1 to 64")
    .transform((text) => parseInt(text, 10)).default(1),
  SARGALAY_SEED: z.enum(["starter", "starter+simulator", "none"]).default("none"),
});

/** Which models are for sale from the first start on. */
export type SeedChoice = "starter" | "starter+simulator" | "none";

/** The settings of a ledger process. */
export interface LedgerConfig {
  /** 0 lets the system choose. */
  readonly port: number;
  readonly host: string;
  readonly databaseUrl: string;
  readonly natsUrl: string;
  readonly serviceSecret: string;
  /** How many shards the deployment has had since its creation; 1 to 64. */
  readonly shards: number;
  readonly seed: SeedChoice;
}

/**
 * Parses the settings. Throws Error naming each setting that is missing or wrong; values are not
 * repeated, because some are secret.
 */
export function readLedgerConfig(environment: Record<string, string | undefined>): LedgerConfig {
  const given = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ""),
  );
  const parsed = settingsSchema.safeParse(given);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path: [name], message }) =>
      `${String(name)}: ${String(name) in given ? message : "not set"}`
    );
    throw new Error(`the ledger's settings are not usable: ${problems.join("; ")}`);
  }
  const { data } = parsed;
  return {
    port: data.SARGALAY_LEDGER_PORT,
    host: data.SARGALAY_HOST,
    databaseUrl: data.DATABASE_URL,
    natsUrl: data.NATS_URL,
    serviceSecret: data.SARGALAY_SERVICE_SECRET,
    shards: data.SARGALAY_SHARDS,
    seed: data.SARGALAY_SEED,
  };
}
