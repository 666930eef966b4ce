/** The keys of providers, by level. @module */
import { PROVIDER_KEY_LEVELS } from "../../shared/routing/mod.ts";
import type { ProviderKey } from "../rooms/mod.ts";
import type { State } from "../state.ts";
import { Table } from "../ui/mod.ts";

/** The keys in the order in which they are looked for; `hrefOf` leads to where one is removed. */
export function ProviderKeyTable(
  { keys, state, withProvider, hrefOf }: {
    readonly keys: readonly ProviderKey[];
    readonly state: State;
    /** Whether keys of several providers are listed. */
    readonly withProvider: boolean;
    /** Null: this person may remove none. */
    readonly hrefOf: ((key: ProviderKey) => string) | null;
  },
) {
  const { t } = state;
  if (keys.length === 0) return <p class="empty">{t("no_provider_keys")}</p>;
  const rank = ({ level }: ProviderKey) => PROVIDER_KEY_LEVELS.indexOf(level);
  return (
    <Table
      caption={t("provider_keys")}
      rows={keys.toSorted((one, other) => rank(one) - rank(other))}
      keyOf={(key) => key.keyId}
      columns={[
        ...(withProvider
          ? [{ title: t("provider"), head: true, cell: (key: ProviderKey) => key.provider }]
          : []),
        {
          title: t("key_level"),
          head: !withProvider,
          cell: (key) => (
            <>
              {t(`level_${key.level}`)}
              {key.ownerId !== null && (
                <>
                  <br />
                  <code class="quiet break">{key.ownerId}</code>
                </>
              )}
            </>
          ),
        },
        {
          title: t("fingerprint"),
          cell: (key) => <Fingerprint fingerprint={key.fingerprint} />,
        },
        { title: t("version"), number: true, cell: (key) => key.keyVersion },
        ...(hrefOf === null ? [] : [{
          title: t("remove"),
          cell: (key: ProviderKey) => (
            <a
              class="button button-quiet button-small"
              href={hrefOf(key)}
              aria-label={`${t("remove")}: ${key.provider} ${key.fingerprint.sha256Prefix}`}
            >
              {t("remove")}
            </a>
          ),
        }]),
      ]}
    />
  );
}

function Fingerprint({ fingerprint }: Pick<ProviderKey, "fingerprint">) {
  const { last4, sha256Prefix } = fingerprint;
  return (
    <span class="nowrap">
      {last4 !== "" && <code>…{last4}</code>}
      <code class="quiet ml-2">{sha256Prefix}</code>
    </span>
  );
}
