/** Decisions about providers' keys. @module */
import type { CommandBody } from "../../shared/commands/mod.ts";
import { isOwnerOf } from "../../shared/routing/mod.ts";
import { accepted, type Rejected, rejected } from "../decision.ts";
import type { Decision } from "../domain.ts";
import type { KnownProviderKey, RoutingBook } from "./book.ts";

/** How many provider keys there may be, those removed included: their ids are never used again. */
export const MAXIMUM_PROVIDER_KEYS = 100_000;

/** Stores a key of a provider that is configured or will be; an edge uses it once both are there. */
export function storeProviderKey(
  book: RoutingBook,
  body: CommandBody<"StoreProviderKey">,
): Decision {
  const { provider, keyId, level, ownerId } = body;
  if (!isOwnerOf(level, ownerId)) {
    return rejected(
      "invalid_command",
      `Provider key refused: ${ownerId ?? "nobody"} can't own a key of the level ${level}`,
      { keyId, level },
    );
  }
  if (book.keys.has(keyId)) {
    return rejected("provider_key_exists", `Provider key refused: ${keyId} exists already`, {
      keyId,
    });
  }
  if (book.keys.size >= MAXIMUM_PROVIDER_KEYS) {
    return rejected(
      "too_many_provider_keys",
      `Provider key refused: ${MAXIMUM_PROVIDER_KEYS} keys have been stored`,
      { provider, maximum: MAXIMUM_PROVIDER_KEYS },
    );
  }
  return accepted(
    [{ type: "ProviderKeyStored", payload: { ...body, keyVersion: 1 } }],
    { provider, keyId, keyVersion: 1, fingerprint: body.fingerprint },
  );
}

/** Puts a key into another envelope; refused when the key has changed since it was read. */
export function rewrapProviderKey(
  book: RoutingBook,
  { provider, keyId, keyVersion, envelope }: CommandBody<"RewrapProviderKey">,
): Decision {
  const known = presentKey(book, provider, keyId);
  if ("status" in known) return known;
  if (known.version !== keyVersion) {
    return rejected(
      "provider_key_changed",
      `Provider key not re-wrapped: ${keyId} has version ${known.version}, not ${keyVersion}`,
      { keyId, keyVersion: known.version },
    );
  }
  const next = keyVersion + 1;
  const { level, ownerId } = known;
  const { fingerprint } = known;
  const payload = { provider, keyId, keyVersion: next, level, ownerId, envelope, fingerprint };
  return accepted([{ type: "ProviderKeyStored", payload }], { provider, keyId, keyVersion: next });
}

/** Removes a key for good: every edge forgets it within a second. */
export function removeProviderKey(
  book: RoutingBook,
  { provider, keyId, ownerId, reason }: CommandBody<"RemoveProviderKey">,
): Decision {
  const known = presentKey(book, provider, keyId);
  if ("status" in known) return known;
  if (ownerId !== undefined && !belongsTo(known, ownerId)) return unknownKey(provider, keyId);
  const keyVersion = known.version + 1;
  return accepted(
    [{ type: "ProviderKeyRemoved", payload: { provider, keyId, keyVersion, reason } }],
    { provider, keyId, keyVersion },
  );
}

/** Whether a key is the owner's, or that of a user within the owner's account. */
function belongsTo(known: KnownProviderKey, ownerId: string | null): boolean {
  if (known.ownerId === ownerId) return known.level !== "tier";
  return known.level === "user" && known.ownerId?.split("/")[0] === ownerId;
}

function presentKey(
  book: RoutingBook,
  provider: string,
  keyId: string,
): KnownProviderKey | Rejected {
  const known = book.keys.get(keyId);
  const missing = known === undefined || known.removed || known.provider !== provider;
  return missing ? unknownKey(provider, keyId) : known;
}

function unknownKey(provider: string, keyId: string): Rejected {
  return rejected(
    "provider_key_not_found",
    `There is no provider key ${keyId} of ${provider}`,
    { provider, keyId },
  );
}
