/** Settings of the web room, read from the environment once. @module */
import { z } from "zod";
import { ROLES } from "../shared/permissions.ts";

const MINUTE_MS = 60_000;

const url = z.url({ protocol: /^https?$/ }).transform((text) => text.replace(/\/+$/, ""));
const port = z.string().regex(/^\d{1,5}$/, "expected a port between 0 and 65535")
  .transform((text) => parseInt(text, 10)).refine((value) => value <= 65_535);
const secret = z.string().min(32, "expected at least 32 characters");

/** A person to create at the start. */
export const newUserSchema = z.object({
  email: z.email(),
  password: z.string().min(8).max(128),
  name: z.string().min(1).max(200),
  role: z.enum(ROLES),
  accountId: z.string().nullable(),
});

/** See {@link newUserSchema}. */
export type NewUser = z.output<typeof newUserSchema>;

const environmentSchema = z.object({
  SARGALAY_HOST: z.string().min(1).default("127.0.0.1"),
  SARGALAY_WEB_PORT: port.default(8000),
  SARGALAY_WEB_PUBLIC_URL: url.optional(),
  SARGALAY_PROXY_PUBLIC_URL: url.optional(),
  SARGALAY_PROXY_URL: url.default("http://127.0.0.1:8787"),
  SARGALAY_LEDGER_URL: url.default("http://127.0.0.1:8788"),
  SARGALAY_PROJECTIONS_URL: url.default("http://127.0.0.1:8789"),
  SARGALAY_SERVICE_SECRET: secret,
  SARGALAY_SESSION_SECRET: secret.optional(),
  DATABASE_URL: z.string().regex(/^postgres(ql)?:\/\//, "expected postgres://…"),
  SARGALAY_DEMO_USERS: z.string().transform((text, context) => {
    try {
      return JSON.parse(text);
    } catch {
      context.addIssue({ code: "custom", message: "expected a JSON list of users" });
      return z.NEVER;
    }
  }).pipe(z.array(newUserSchema).max(100)).optional(),
});

/** What {@link composeWeb} needs to know; URLs carry no slash at the end. */
export interface WebConfig {
  /** Where browsers reach this room; `https://` makes its cookies secure. */
  readonly publicUrl: string;
  readonly proxyUrl: string;
  /** Where developers reach the proxy: shown in the examples. */
  readonly proxyPublicUrl: string;
  readonly ledgerUrl: string;
  readonly projectionsUrl: string;
  /** Shared by the rooms, at least 32 characters. */
  readonly serviceSecret: string;
  /** Signs sessions and forms, at least 32 characters. */
  readonly sessionSecret: string;
  /** The longest that a page waits for another room; 8,000 unless given. */
  readonly roomTimeoutMs?: number;
  /** How long a live stream lasts before the browser asks anew; 5 minutes unless given. */
  readonly liveStreamMs?: number;
}

/** How long a live stream lasts unless the settings say otherwise. */
export const DEFAULT_LIVE_STREAM_MS = 5 * MINUTE_MS;

/** The settings of a web process of its own. */
export interface WebProcessConfig extends WebConfig {
  readonly host: string;
  readonly port: number;
  readonly databaseUrl: string;
  readonly demoUsers: readonly NewUser[];
}

/**
 * Reads the settings. Throws an Error that names every bad one. Without SARGALAY_SESSION_SECRET the
 * sessions are signed with the service secret.
 */
export function readConfig(environment: Record<string, string | undefined>): WebProcessConfig {
  const given = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ""),
  );
  const parsed = environmentSchema.safeParse(given);
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) =>
      `${String(issue.path[0] ?? "settings")}: ${issue.message}`
    );
    throw new Error(`the web room can't start: ${problems.join("; ")}`);
  }
  const settings = parsed.data;
  const local = `http://${settings.SARGALAY_HOST}:${settings.SARGALAY_WEB_PORT}`;
  return {
    host: settings.SARGALAY_HOST,
    port: settings.SARGALAY_WEB_PORT,
    publicUrl: settings.SARGALAY_WEB_PUBLIC_URL ?? local,
    proxyUrl: settings.SARGALAY_PROXY_URL,
    proxyPublicUrl: settings.SARGALAY_PROXY_PUBLIC_URL ?? settings.SARGALAY_PROXY_URL,
    ledgerUrl: settings.SARGALAY_LEDGER_URL,
    projectionsUrl: settings.SARGALAY_PROJECTIONS_URL,
    serviceSecret: settings.SARGALAY_SERVICE_SECRET,
    sessionSecret: settings.SARGALAY_SESSION_SECRET ?? settings.SARGALAY_SERVICE_SECRET,
    databaseUrl: settings.DATABASE_URL,
    demoUsers: settings.SARGALAY_DEMO_USERS ?? [],
  };
}
