/** The ledger's settings, read once from the environment. @module */
import { z } from "zod";
import { type MasterKeys, parseMasterKeys } from "../shared/routing/mod.ts";

const port = z.string().regex(/^\d{1,5}$/, "expected a port number").transform((text) =>
  parseInt(text, 10)
).refine((value) => value <= 65_535, "expected a port number below 65,536");

/**
 * Which models are for sale from the first start on: the few of the starter list, or the whole
 * catalogue as well, and those of the simulator where it serves.
 */
export const SEED_CHOICES = [
  "starter",
  "starter+simulator",
  "catalogue",
  "catalogue+simulator",
  "none",
] as const;

function masterKeysOf(text: string, context: z.RefinementCtx): MasterKeys {
  try {
    return parseMasterKeys(text);
  } catch (error) {
    context.addIssue({ code: "custom", message: error instanceof Error ? error.message : "" });
    return z.NEVER;
  }
}

const settingsSchema = z.object({
  SARGALAY_LEDGER_PORT: port.default(8788),
  SARGALAY_HOST: z.string().min(1).default("127.0.0.1"),
  DATABASE_URL: z.string().regex(/^postgres(ql)?:\/\//, "expected postgres://…"),
  NATS_URL: z.string().regex(/^(nats|tls|ws|wss):\/\//, "expected nats://…, tls://…, ws(s)://…"),
  SARGALAY_SERVICE_SECRET: z.string().min(32, "expected at least 32 characters"),
  SARGALAY_SHARDS: z.string().regex(/^([1-9]|[1-5]\d|6[0-4])$/, "expected 1 to 64")
    .transform((text) => parseInt(text, 10)).default(1),
  SARGALAY_SEED: z.enum(SEED_CHOICES).default("none"),
  SARGALAY_CHECKPOINT_KEY: z.string().optional(),
  SARGALAY_CHECKPOINT_KEY_FILE: z.string().optional(),
  SARGALAY_CHECKPOINT_DIRS: z.string().default(".data/checkpoints").transform((text) =>
    text.split(",").map((part) => part.trim()).filter((part) => part !== "")
  ).refine((directories) => directories.length > 0, "expected directories, separated by commas"),
  SARGALAY_CHECKPOINT_INTERVAL_MS: z.string()
    .regex(/^([1-9]\d{2,4}|100000)$/, "expected 100 to 100000").transform((text) =>
      parseInt(text, 10)
    ).default(1_000),
  SARGALAY_CHECKPOINT_UNVERIFIED_START: z.enum(["yes", "no"]).default("no"),
  SARGALAY_MASTER_KEYS: z.string().transform(masterKeysOf).optional(),
  SARGALAY_LOG_NAME: z.string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._/-]{0,99}$/, "expected letters, digits and . _ / -").optional(),
});

/** See {@link SEED_CHOICES}. */
export type SeedChoice = (typeof SEED_CHOICES)[number];

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
  readonly checkpoints: CheckpointConfig;
  /** Seal the keys of providers, the first of them new ones; null: none can be stored. Secret. */
  readonly masterKeys: MasterKeys | null;
}

/** The settings of checkpoints. */
export interface CheckpointConfig {
  /** The keys themselves, or the path of the file that has them. Secret. */
  readonly keys: { readonly text: string } | { readonly file: string };
  /** Where checkpoints are kept; at least one. */
  readonly directories: readonly string[];
  /** From one checkpoint to the next, at least; milliseconds, 100 to 100,000. */
  readonly intervalMs: number;
  /** Null: as at the first start. */
  readonly logName: string | null;
  /** Whether to run although no place has a checkpoint of a log that was signed. */
  readonly unverifiedStart: boolean;
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
  const { SARGALAY_CHECKPOINT_KEY: text, SARGALAY_CHECKPOINT_KEY_FILE: file } = data;
  if (text === undefined && file === undefined) {
    throw new Error(
      "the ledger's settings are not usable: SARGALAY_CHECKPOINT_KEY: not set, nor is " +
        "SARGALAY_CHECKPOINT_KEY_FILE; `deno task rotate-checkpoint-key <file>` makes one",
    );
  }
  return {
    port: data.SARGALAY_LEDGER_PORT,
    host: data.SARGALAY_HOST,
    databaseUrl: data.DATABASE_URL,
    natsUrl: data.NATS_URL,
    serviceSecret: data.SARGALAY_SERVICE_SECRET,
    shards: data.SARGALAY_SHARDS,
    seed: data.SARGALAY_SEED,
    masterKeys: data.SARGALAY_MASTER_KEYS ?? null,
    checkpoints: {
      keys: file === undefined ? { text: text! } : { file },
      directories: data.SARGALAY_CHECKPOINT_DIRS,
      intervalMs: data.SARGALAY_CHECKPOINT_INTERVAL_MS,
      logName: data.SARGALAY_LOG_NAME ?? null,
      unverifiedStart: data.SARGALAY_CHECKPOINT_UNVERIFIED_START === "yes",
    },
  };
}
