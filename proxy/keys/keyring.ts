/** Opening stored keys, each once for as long as this edge knows it. @module */
import type { EdgeProviderKey } from "../../shared/edge_config/mod.ts";
import type { Log } from "../../shared/log.ts";
import { type MasterKeys, openSecret } from "../../shared/routing/mod.ts";

/** Opens stored keys. */
export interface Keyring {
  /** The secret, or null when no master key opens it. Never to be logged. */
  secretOf(key: EdgeProviderKey): string | null;
}

/**
 * Builds a keyring; without master keys nothing can be opened. A secret is forgotten together with
 * the key that the edge followed, so that a removed one does not stay. A key that can't be opened is
 * told of once, by its id alone.
 */
export function createKeyring(
  { masterKeys, log }: { readonly masterKeys: MasterKeys | null; readonly log: Log },
): Keyring {
  const opened = new WeakMap<EdgeProviderKey, { readonly secret: string | null }>();
  const open = (key: EdgeProviderKey): string | null => {
    if (key.envelope === null) return null;
    const secret = masterKeys === null ? null : openSecret(key.envelope, key, masterKeys);
    if (secret === null) {
      const { keyId, provider, envelope: { masterKeyId } } = key;
      log.warn("provider_key_sealed", { keyId, provider, masterKeyId });
    }
    return secret;
  };
  return {
    secretOf(key) {
      const known = opened.get(key);
      if (known !== undefined) return known.secret;
      const secret = open(key);
      opened.set(key, { secret });
      return secret;
    },
  };
}
