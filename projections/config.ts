/** The projections' settings, read once from the environment. @module */
import { z } from "zod";
import { type AlertWebhook, problemOf } from "./alerts/mod.ts";

const port = z.string().regex(/^\d{1,5}$/, "expected a port number")
  .transform((text) => parseInt(text, 10))
  .refine((value) => value <= 65_535, "expected a port number below 65,536");

const settingsSchema = z.object({
  SARGALAY_PROJECTIONS_PORT: port.default(8789),
  SARGALAY_HOST: z.string().min(1).default("127.0.0.1"),
  DATABASE_URL: z.string().regex(/^postgres(ql)?:\/\//, "expected postgres://…"),
  NATS_URL: z.string().regex(/^(nats|tls|ws|wss):\/\//, "expected nats://…, tls://…, ws(s)://…")
    .nullable().default(null),
  SARGALAY_SERVICE_SECRET: z.string().min(32, "expected at least 32 characters"),
  SARGALAY_SHARDS: z.string().regex(/^([1-9]|[1-5]\d|6[0-4])$/, "expected 1 to 64")
    .transform((text) => parseInt(text, 10)).default(1),
});

/**
 * Where webhooks of alerts go, from `SARGALAY_ALERT_WEBHOOK_URL` and `SARGALAY_ALERT_WEBHOOK_SECRET`;
 * null when neither is set. Throws Error naming the setting that is wrong, without its value.
 */
export function readAlertWebhook(
  environment: Readonly<Record<string, string | undefined>>,
): AlertWebhook | null {
  const url = environment.SARGALAY_ALERT_WEBHOOK_URL ?? "";
  const secret = environment.SARGALAY_ALERT_WEBHOOK_SECRET ?? "";
  if (url === "" && secret === "") return null;
  const problem = problemOf({ url, secret });
  if (problem !== null) throw new Error(`the settings of alerts are not usable: ${problem}`);
  return { url, secret };
}

/** What the room needs however it is started. */
export interface ProjectionsConfig {
  /** Verifies the tokens of callers; at least 32 characters. */
  readonly serviceSecret: string;
  /** How many shards the deployment has had since its creation; 1 to 64. */
  readonly shards: number;
  /** Where webhooks of alerts go; null: nowhere. */
  readonly alertWebhook: AlertWebhook | null;
}

/** The settings of a process of its own. */
export interface ProjectionsProcessConfig extends ProjectionsConfig {
  /** 0 lets the system choose. */
  readonly port: number;
  readonly host: string;
  readonly databaseUrl: string;
  /** Where commits are told early; null: the log is polled. */
  readonly natsUrl: string | null;
}

/**
 * Parses the settings. Throws Error naming each setting that is missing or wrong; values are not
 * repeated, because some are secret.
 */
export function readProjectionsConfig(
  environment: Readonly<Record<string, string | undefined>>,
): ProjectionsProcessConfig {
  const given = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ""),
  );
  const parsed = settingsSchema.safeParse(given);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path: [name], message }) =>
      `${String(name)}: ${String(name) in given ? message : "not set"}`
    );
    throw new Error(`the projections' settings are not usable: ${problems.join("; ")}`);
  }
  const { data } = parsed;
  return {
    port: data.SARGALAY_PROJECTIONS_PORT,
    host: data.SARGALAY_HOST,
    databaseUrl: data.DATABASE_URL,
    natsUrl: data.NATS_URL,
    serviceSecret: data.SARGALAY_SERVICE_SECRET,
    shards: data.SARGALAY_SHARDS,
    alertWebhook: readAlertWebhook(environment),
  };
}
