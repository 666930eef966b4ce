/** Where the pages are: sections at the top, the pages of one section beneath. @module */
import type { TextKey } from "../i18n/mod.ts";
import type { Permission } from "../../shared/permissions.ts";
import { may, type State } from "../state.ts";

/** A page that navigation leads to. */
export interface NavPage {
  readonly href: string;
  readonly text: TextKey;
}

/** Pages that belong together; the first is where the section leads. */
export interface NavSection {
  readonly text: TextKey;
  readonly pages: readonly [NavPage, ...NavPage[]];
}

interface GuardedPage extends NavPage {
  readonly needs: Permission;
}

interface GuardedSection {
  readonly text: TextKey;
  readonly pages: readonly GuardedPage[];
}

/** For everybody whose work is not one account of their own. */
const STAFF: readonly GuardedSection[] = [
  { text: "accounts", pages: [{ href: "/accounts", text: "accounts", needs: "account:read" }] },
  { text: "requests", pages: [{ href: "/requests", text: "requests", needs: "request:read" }] },
  {
    text: "costs",
    pages: [
      { href: "/costs", text: "costs", needs: "usage:read" },
      { href: "/re-rate", text: "re_rate", needs: "ledger:read" },
    ],
  },
  {
    text: "prices",
    pages: [
      { href: "/prices", text: "prices", needs: "catalog:read" },
      { href: "/rates", text: "fx", needs: "ledger:read" },
      { href: "/plans", text: "plans", needs: "catalog:read" },
    ],
  },
  {
    text: "routing",
    pages: [
      { href: "/providers", text: "providers", needs: "provider:read" },
      { href: "/routers", text: "routers", needs: "provider:read" },
    ],
  },
  {
    text: "ledger",
    pages: [
      { href: "/books", text: "books", needs: "ledger:read" },
      { href: "/events", text: "events", needs: "ledger:read" },
      { href: "/admin-actions", text: "admin_actions", needs: "ledger:read" },
      { href: "/verify", text: "verify", needs: "ledger:read" },
    ],
  },
  {
    text: "system",
    pages: [
      { href: "/status", text: "gateway_status", needs: "provider:read" },
      { href: "/alerts", text: "alerts", needs: "alert:read" },
      { href: "/alerts/rules", text: "alert_rules", needs: "alert:read" },
      { href: "/projections", text: "projections", needs: "projection:read" },
    ],
  },
];

function developerSections(account: string): readonly GuardedSection[] {
  const single = (href: string, text: TextKey, needs: Permission) => ({
    text,
    pages: [{ href, text, needs }],
  });
  return [
    single(`/accounts/${account}`, "overview", "account:read"),
    single("/requests", "requests", "request:read"),
    single("/costs", "costs", "usage:read"),
    single(`/accounts/${account}/keys`, "keys", "key:read"),
    single(`/accounts/${account}/budget`, "budget", "account:read"),
    single(`/accounts/${account}/plan`, "plan_usage", "account:read"),
    single("/prices", "prices", "catalog:read"),
    single("/alerts", "alerts", "alert:read"),
    single("/verify", "verify", "request:read"),
  ];
}

/** The sections that a person may see, with the pages that this person may see. */
export function sectionsOf(state: State): readonly NavSection[] {
  const principal = state.person?.principal;
  if (principal === undefined) return [];
  const own = principal.accountId;
  const sections = principal.role !== "developer"
    ? STAFF
    : own === null
    ? []
    : developerSections(own);
  return sections.flatMap(({ text, pages }) => {
    const [first, ...others] = pages.filter(({ needs }) => may(state, needs, own));
    return first === undefined ? [] : [{ text, pages: [first, ...others] as const }];
  });
}

/** The page that is shown, or that leads to it: the longest path that the shown one begins with. */
export function currentPage(sections: readonly NavSection[], path: string): NavPage | null {
  const leading = sections.flatMap(({ pages }) => [...pages])
    .filter(({ href }) => path === href || path.startsWith(`${href}/`));
  return leading.toSorted((one, other) => other.href.length - one.href.length)[0] ?? null;
}
