/** An account's keys: issue one (its secret is shown this once), revoke one. */
import { type Context, HttpError, page } from "fresh";
import type { KeyRow } from "../../../../../shared/read_api/mod.ts";
import { newForm, readPosted, rejectedForm, type Submission } from "../../../../form_page/mod.ts";
import { checkFields, type FormState, optionalIdentifier, text } from "../../../../forms/mod.ts";
import CopyButton from "../../../../islands/copy_button.tsx";
import type { IssuedKey } from "../../../../rooms/mod.ts";
import { define, may, positionOf, roomsFor, type State } from "../../../../state.ts";
import {
  DoneNotice,
  Field,
  FormTokens,
  KeyBadge,
  Notice,
  PageHead,
  Pager,
  Panel,
  Problems,
  Select,
  Table,
  Time,
} from "../../../../ui/mod.ts";

interface Keys {
  readonly keys: readonly KeyRow[];
  readonly nextCursor: string | null;
  readonly form: FormState;
  readonly issued: IssuedKey | null;
  readonly nowMs: number;
}

const DAY_MS = 24 * 60 * 60 * 1_000;
const ISSUE_FIELDS = ["label", "lifetime", "teamId", "userId"];
const LIFETIMES_DAYS = ["30", "90", "365"] as const;

export const handler = define.handlers<Keys>({
  GET: async (ctx) => page(await keysOf(ctx, newForm(ctx.state), null, positionOf(ctx.url))),
  async POST(ctx) {
    const accountId = ctx.params.account ?? "";
    const { commands } = roomsFor(ctx.state, "key:issue", accountId);
    const posted = await readPosted(ctx);
    const checked = checkFields({
      label: text(posted.field("label")),
      teamId: optionalIdentifier(posted.field("teamId")),
      userId: optionalIdentifier(posted.field("userId")),
    });
    if (!checked.ok) {
      const submission: Submission = { status: "invalid", problems: checked.problems };
      const form = rejectedForm(ctx.state, posted, submission, ISSUE_FIELDS);
      return page(await keysOf(ctx, form ?? newForm(ctx.state), null, null), { status: 422 });
    }
    const { label, teamId, userId } = checked.value;
    const outcome = await commands.issueKey(posted.operationId, accountId, {
      label,
      expiresAtMs: expiryOf(ctx.state, posted.field("lifetime")),
      ...teamId === null ? {} : { teamId },
      ...userId === null ? {} : { userId },
    });
    const form = rejectedForm(ctx.state, posted, { status: "sent", outcome }, ISSUE_FIELDS);
    if (!outcome.ok) {
      return page(await keysOf(ctx, form ?? newForm(ctx.state), null, null), { status: 422 });
    }
    // No redirect: the secret exists in this answer alone.
    return page(await keysOf(ctx, newForm(ctx.state), outcome.result, outcome.position));
  },
});

async function keysOf(
  ctx: Context<State>,
  form: FormState,
  issued: IssuedKey | null,
  at: string | null,
): Promise<Keys> {
  const accountId = ctx.params.account ?? "";
  const { reads } = roomsFor(ctx.state, "key:read", accountId);
  const nowMs = ctx.state.services.effects.clock.nowMs();
  // A secret that exists only now must be shown even when the list can't be read.
  const cursor = issued === null ? ctx.url.searchParams.get("cursor") : null;
  const { items: keys, nextCursor } = issued === null
    ? await reads.keys(accountId, at, cursor)
    : await reads.keys(accountId, at).catch(() => ({ items: [], nextCursor: null }));
  if (accountId === "") throw new HttpError(404);
  return { keys, nextCursor, form, issued, nowMs };
}

/** The end of a key's life; null for one without end. Whole days, so that a repeat is the same. */
function expiryOf(state: State, lifetime: string): number | null {
  const days = LIFETIMES_DAYS.find((known) => known === lifetime);
  if (days === undefined) return null;
  const today = Math.floor(state.services.effects.clock.nowMs() / DAY_MS);
  return (today + 1 + parseInt(days, 10)) * DAY_MS;
}

export default define.page<typeof handler>(({ data, state, params, url }) => {
  const { t } = state;
  const account = params.account ?? "";
  const isOwn = state.person?.principal.role === "developer";
  state.title = t("keys");
  return (
    <>
      <PageHead
        title={t("keys")}
        intro={t("keys_intro")}
        crumb={isOwn ? undefined : { href: `/accounts/${account}`, text: account }}
      />
      <div class="stack">
        <DoneNotice url={url} t={t} />
        {data.issued !== null && <NewKey issued={data.issued} state={state} />}
        <div class={may(state, "key:issue", account) ? "split" : "stack"}>
          <KeyList data={data} state={state} account={account} url={url} />
          {may(state, "key:issue", account) && <IssueForm form={data.form} state={state} />}
        </div>
      </div>
    </>
  );
});

function NewKey({ issued, state: { t } }: { issued: IssuedKey; state: State }) {
  if (issued.secret === null) {
    return <Notice tone="wait" role="status">{t("key_shown_before")}</Notice>;
  }
  return (
    <Notice tone="good" role="status">
      <h2>{t("key_issued")}</h2>
      <div class="secret">
        <code id="secret">{issued.secret}</code>
        <CopyButton text={issued.secret} label={t("copy")} doneLabel={t("copied")} />
      </div>
      <p>{t("key_once")}</p>
    </Notice>
  );
}

function KeyList(
  { data, state, account, url }: { data: Keys; state: State; account: string; url: URL },
) {
  const { t } = state;
  if (data.keys.length === 0) {
    return (
      <Panel id="keys" title={t("keys")} flush>
        <p class="empty">{t("no_keys")}</p>
      </Panel>
    );
  }
  const mayRevoke = may(state, "key:revoke", account);
  return (
    <Panel id="keys" title={t("keys")} flush>
      <Table
        caption={t("keys")}
        rows={data.keys}
        keyOf={(row) => row.keyId}
        columns={[
          {
            title: t("key_label"),
            head: true,
            cell: (row) => (
              <>
                <a
                  class="break"
                  href={`/accounts/${account}/keys/${encodeURIComponent(row.keyId)}`}
                >
                  {row.label}
                </a>
                <br />
                <code class="quiet">{row.prefix}</code>
                <KeyRestrictions row={row} state={state} />
              </>
            ),
          },
          {
            title: t("state"),
            cell: (row) => <KeyBadge keyRow={row} nowMs={data.nowMs} t={t} />,
          },
          { title: t("key_issued_at"), cell: (row) => <Time atMs={row.issuedAtMs} /> },
          {
            title: t("key_last_used"),
            cell: (row) =>
              row.lastUsedAtMs === null
                ? <span class="quiet">{t("never")}</span>
                : <Time atMs={row.lastUsedAtMs} />,
          },
          {
            title: t("key_expires"),
            cell: (row) =>
              row.expiresAtMs === null
                ? <span class="quiet">{t("key_never")}</span>
                : <Time atMs={row.expiresAtMs} />,
          },
          ...(mayRevoke
            ? [{
              title: t("revoke"),
              cell: (row: KeyRow) =>
                row.state === "active" && (
                  <a
                    class="button button-quiet button-small"
                    href={`/accounts/${account}/keys/${encodeURIComponent(row.keyId)}/revoke`}
                    aria-label={`${t("revoke")}: ${row.label}`}
                  >
                    {t("revoke")}
                  </a>
                ),
            }]
            : []),
        ]}
      />
      <Pager
        url={url}
        cursor={data.nextCursor}
        texts={{ first: t("first_rows"), next: t("next_rows") }}
      />
    </Panel>
  );
}

/** What the key belongs to and what it may not, in few words. */
function KeyRestrictions({ row, state: { t } }: { row: KeyRow; state: State }) {
  const { allowedModels, ipRanges, routerId, teamId, userId } = row;
  const facts = [
    teamId == null ? null : `${t("budget_of_team")} ${teamId}`,
    userId == null ? null : `${t("budget_of_user")} ${userId}`,
    allowedModels == null ? null : t("models_some", { count: String(allowedModels.length) }),
    ipRanges == null ? null : t("ip_some", { count: String(ipRanges.length) }),
    routerId == null ? null : `${t("router")} ${routerId}`,
    ...(row.tags ?? []).map((tag) => `#${tag}`),
  ].filter((fact) => fact !== null);
  if (facts.length === 0) return null;
  return <span class="quiet block text-xs break">{facts.join(" · ")}</span>;
}

function IssueForm({ form, state }: { form: FormState; state: State }) {
  const { t } = state;
  const options = [
    { value: "", text: t("key_never") },
    ...LIFETIMES_DAYS.map((days) => ({ value: days, text: t("key_days", { days }) })),
  ];
  return (
    <Panel id="issue" title={t("issue_key")}>
      <form method="post" class="form">
        <FormTokens state={state} form={form} />
        <Problems
          form={form}
          t={t}
          labels={{
            label: t("key_label"),
            teamId: t("budget_of_team"),
            userId: t("budget_of_user"),
          }}
        />
        <Field
          name="label"
          label={t("key_label")}
          hint={t("key_label_hint")}
          form={form}
          state={state}
        />
        <Select
          name="lifetime"
          label={t("key_expires")}
          options={options}
          form={form}
          state={state}
        />
        <Field name="teamId" label={t("budget_of_team")} optional form={form} state={state} />
        <Field
          name="userId"
          label={t("budget_of_user")}
          hint={t("key_owner_hint")}
          optional
          form={form}
          state={state}
        />
        <p>
          <button type="submit" class="button">{t("issue_key")}</button>
        </p>
      </form>
    </Panel>
  );
}
