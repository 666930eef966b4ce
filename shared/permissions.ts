/** Who may do what: typed data, default deny. @module */

/** Everything that can be allowed. */
export const PERMISSIONS = [
  "account:read",
  "account:open",
  "credit:grant",
  "adjustment:post",
  "credit_note:issue",
  "key:read",
  "key:issue",
  "key:configure",
  "key:revoke",
  "budget:set",
  "plan:publish",
  "plan:assign",
  "catalog:read",
  "price:publish",
  "markup:set",
  "fx:set",
  "request:read",
  "usage:read",
  "ledger:read",
  "projection:read",
  "projection:rebuild",
  "alert:read",
  "alert:edit",
  "alert:acknowledge",
  "provider:read",
  "provider:edit",
  "own_key:read",
  "own_key:edit",
] as const;

/** One of {@link PERMISSIONS}. */
export type Permission = (typeof PERMISSIONS)[number];

/** Every role. */
export const ROLES = [
  "developer",
  "support",
  "finance_preparer",
  "finance_approver",
  "auditor",
  "operator",
  "admin",
] as const;

/** One of {@link ROLES}. */
export type Role = (typeof ROLES)[number];

const READ_ALL = [
  "account:read",
  "key:read",
  "catalog:read",
  "request:read",
  "usage:read",
  "ledger:read",
  "projection:read",
  "alert:read",
  "provider:read",
  "own_key:read",
] as const satisfies readonly Permission[];

/** What each role may do; a permission that is not listed is denied. */
export const ROLE_PERMISSIONS: Readonly<Record<Role, readonly Permission[]>> = {
  developer: [
    "account:read",
    "key:read",
    "key:issue",
    "key:configure",
    "key:revoke",
    "budget:set",
    "catalog:read",
    "request:read",
    "usage:read",
    "alert:read",
    "own_key:read",
    "own_key:edit",
  ],
  support: ["account:read", "key:read", "catalog:read", "request:read", "usage:read", "alert:read"],
  finance_preparer: [...READ_ALL, "credit:grant"],
  finance_approver: [...READ_ALL, "credit:grant", "adjustment:post", "credit_note:issue"],
  auditor: [...READ_ALL],
  operator: [
    ...READ_ALL,
    "key:revoke",
    "price:publish",
    "projection:rebuild",
    "alert:edit",
    "alert:acknowledge",
    "provider:edit",
  ],
  admin: [...PERMISSIONS],
};

/** Who is asking: an actor with one role, bound to one account or (null) to none. */
export interface Principal {
  /** Such as `user:018f…`; written into every event that follows. */
  readonly actor: string;
  readonly role: Role;
  /** A developer acts on this account only; null means not bound to an account. */
  readonly accountId: string | null;
}

/**
 * Whether the principal may use `permission` on `accountId` (null: on nothing account-bound).
 * A developer is confined to the own account, and without one may do nothing account-bound.
 */
export function isAllowed(
  principal: Principal,
  permission: Permission,
  accountId: string | null,
): boolean {
  if (!ROLE_PERMISSIONS[principal.role].includes(permission)) return false;
  if (principal.role !== "developer") return true;
  if (permission === "catalog:read") return true;
  return accountId !== null && accountId === principal.accountId;
}
