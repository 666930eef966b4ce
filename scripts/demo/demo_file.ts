/** `.data/demo.json`: what a person or a test needs to use a freshly started product. @module */
import type { Random } from "../../shared/effects.ts";
import type { Role } from "../../shared/permissions.ts";

/** A person who can sign in to the demo. */
export interface DemoUser {
  readonly email: string;
  readonly password: string;
  readonly name: string;
  readonly role: Role;
  /** The account a developer works on; null for everyone else. */
  readonly accountId: string | null;
}

/** The contents of the demo file. */
export interface Demo {
  readonly proxyUrl: string;
  readonly ledgerUrl: string;
  readonly projectionsUrl: string;
  readonly webUrl: string;
  /** A working API key; this file is the only place that keeps it. */
  readonly apiKey: string;
  readonly accountId: string;
  /** Bearer token with the admin role, good for seven days from each start. */
  readonly adminToken: string;
  readonly users: readonly DemoUser[];
}

/** The demo's users with fresh random passwords. */
export function demoUsers(random: Random, accountId: string): DemoUser[] {
  const user = (name: string, role: Role): DemoUser => ({
    email: `${name.toLowerCase()}@sargalay.test`,
    password: Array.from(random.bytes(9), (byte) => byte.toString(36).padStart(2, "0")).join(""),
    name: `Demo ${name.toLowerCase()}`,
    role,
    accountId: role === "developer" ? accountId : null,
  });
  return [
    user("Developer", "developer"),
    user("Finance", "finance_preparer"),
    user("Auditor", "auditor"),
    user("Admin", "admin"),
  ];
}

/** Reads the demo file; null when there is none yet. Throws SyntaxError when it is damaged. */
export async function readDemo(path: string): Promise<Demo | null> {
  try {
    return JSON.parse(await Deno.readTextFile(path));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

/** Writes the demo file for its owner's eyes only, whole or not at all. */
export async function writeDemo(path: string, demo: Demo): Promise<void> {
  const draft = `${path}.new`;
  await Deno.writeTextFile(draft, `${JSON.stringify(demo, null, 2)}\n`, { mode: 0o600 });
  await Deno.rename(draft, path);
}
