/** What middlewares give to every page. @module */
import { type Context, createDefine, HttpError } from "fresh";
import type { Effects } from "../shared/effects.ts";
import { uuidv7 } from "../shared/ids/mod.ts";
import type { Log } from "../shared/log.ts";
import { isAllowed, type Permission } from "../shared/permissions.ts";
import { type FormGuard, readForm } from "./forms/mod.ts";
import type { Language, Translate } from "./i18n/mod.ts";
import type { AttemptLimiter, Identity, Person } from "./identity/mod.ts";
import type { Rooms, RoomsOfPerson } from "./rooms/mod.ts";

/** What the pages work with. */
export interface Services {
  readonly identity: Identity;
  readonly rooms: Rooms;
  readonly guard: FormGuard;
  readonly attempts: AttemptLimiter;
  readonly effects: Effects;
  readonly log: Log;
  readonly styleSheet: string;
  readonly secureCookies: boolean;
  readonly proxyPublicUrl: string;
  readonly liveStreamMs: number;
  /** Aborts when the room shuts down. */
  readonly closing: AbortSignal;
}

/** How the pages look. */
export type Theme = "system" | "light" | "dark";

/** The state of one request. */
export interface State {
  readonly services: Services;
  /** A random value in a cookie that ties forms to a browser. */
  visitor: string;
  /** Who is signed in; null when nobody is. */
  person: Person | null;
  language: Language;
  theme: Theme;
  t: Translate;
  /** Whether upstream is simulated; null when unknown. */
  simulated: boolean | null;
  /** The page's title without the product's name. */
  title: string;
}

/** Typed definitions of this app's routes. */
export const define = createDefine<State>();

/** Who is signed in. Throws HttpError 401 when nobody is. */
export function personOf(state: State): Person {
  if (state.person === null) throw new HttpError(401, "sign in first");
  return state.person;
}

/** Whether the person may do this on an account (null: on none in particular). */
export function may(state: State, permission: Permission, accountId: string | null): boolean {
  return state.person !== null && isAllowed(state.person.principal, permission, accountId);
}

/**
 * The rooms on behalf of the person, once `permission` is checked: every route names what it needs.
 * Throws HttpError 403 when the role does not have it.
 */
export function roomsFor(
  state: State,
  permission: Permission,
  accountId: string | null,
): RoomsOfPerson {
  const person = personOf(state);
  if (!isAllowed(person.principal, permission, accountId)) {
    throw new HttpError(403, `${permission} is not allowed`);
  }
  return state.services.rooms.of(person.principal);
}

/** The fields of a posted form. Throws HttpError 403 `csrf` when it is not one of our own. */
export async function postedForm(
  ctx: Context<State>,
): Promise<(name: string) => string> {
  const { services, visitor, person } = ctx.state;
  const fields = await readForm(ctx.req, services.effects.timers);
  if (!services.guard.accepts(fields._token ?? "", visitor, person?.id ?? null)) {
    throw new HttpError(403, "csrf");
  }
  // Blanks may be part of a password.
  return (name) => name === "password" ? fields[name] ?? "" : (fields[name] ?? "").trim();
}

/** A fresh name for an operation that a form starts. */
export function newOperationId(state: State): string {
  return uuidv7(state.services.effects);
}

const OPERATION_ID = /^[0-9a-f-]{36}$/;

/** The operation that a posted form names; a fresh one when it names none that could be ours. */
export function operationIdOf(state: State, field: (name: string) => string): string {
  const given = field("_operation");
  return OPERATION_ID.test(given) ? given : newOperationId(state);
}

/** The log position that a page must have reached, from `?at=`; null when not asked for. */
export function positionOf(url: URL): string | null {
  const at = url.searchParams.get("at");
  return at !== null && /^\d{1,19}$/.test(at) ? at : null;
}
