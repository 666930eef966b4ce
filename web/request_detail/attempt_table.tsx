/** Every attempt of a call. @module */
import type { Attempt } from "../../shared/events/mod.ts";
import { wholeNumber } from "../format/mod.ts";
import type { Translate } from "../i18n/mod.ts";
import { Table } from "../ui/mod.ts";

/** The attempts in the order of their beginning; says so when there are none. */
export function AttemptTable(
  { attempts, t }: { readonly attempts: readonly Attempt[]; readonly t: Translate },
) {
  if (attempts.length === 0) return <p class="empty">{t("attempt_none")}</p>;
  const levels = attempts.some(({ keyLevel }) => keyLevel !== undefined);
  return (
    <Table
      caption={t("attempts")}
      rows={attempts.map((attempt, index) => ({ ...attempt, index }))}
      keyOf={(attempt) => String(attempt.index)}
      columns={[
        {
          title: t("provider"),
          head: true,
          cell: (attempt) => (
            <>
              {attempt.index + 1}. {attempt.provider}
              {attempt.hedged === true && (
                <span class="badge tone-info ml-2">{t("attempt_hedged")}</span>
              )}
            </>
          ),
        },
        {
          title: t("model"),
          cell: (attempt) => <span class="break">{attempt.upstreamModel}</span>,
        },
        ...(levels
          ? [{
            title: t("key_of_whom"),
            cell: (attempt: Attempt) => <code>{attempt.keyLevel ?? "–"}</code>,
          }]
          : []),
        { title: t("http_status"), number: true, cell: (attempt) => attempt.status ?? "–" },
        {
          title: t("duration"),
          number: true,
          cell: (attempt) => `${wholeNumber(attempt.durationMs)} ms`,
        },
        { title: t("outcome"), cell: (attempt) => <Outcome attempt={attempt} t={t} /> },
      ]}
    />
  );
}

function Outcome({ attempt, t }: { attempt: Attempt; t: Translate }) {
  const { errorCode, errorClass } = attempt;
  if (errorCode === null) return <span class="badge tone-good">{t("served")}</span>;
  return (
    <>
      <code class="break">{errorCode}</code>
      {errorClass !== undefined && errorClass !== errorCode && (
        <span class="quiet block">
          {t("attempt_class")}: <code>{errorClass}</code>
        </span>
      )}
    </>
  );
}
