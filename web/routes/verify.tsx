/** Verifies exports and receipts, in the browser of whoever doubts. */
import { page } from "fresh";
import { requestIdSchema } from "../../shared/ids/mod.ts";
import Verifier from "../islands/verifier.tsx";
import { define, personOf, roomsFor, type State } from "../state.ts";
import { PageHead, Panel } from "../ui/mod.ts";

interface Trusted {
  /** `NAME:BASE64` a line, as the ledger says. */
  readonly keys: string;
  /** What of this server is checked at once; null: nothing. */
  readonly receipt: { readonly url: string; readonly name: string } | null;
}

export const handler = define.handlers<Trusted>({
  async GET(ctx) {
    const { accountId } = personOf(ctx.state).principal;
    const { proofs } = roomsFor(ctx.state, "request:read", accountId);
    const keys = await proofs.signingKeys();
    return page({
      keys: keys.map(({ keyName, publicKey }) => `${keyName}:${publicKey}`).join("\n"),
      receipt: receiptOf(ctx.url),
    });
  },
});

/** The receipt of the request, or the proof of the event, that the address names. */
function receiptOf({ searchParams }: URL): Trusted["receipt"] {
  const request = requestIdSchema.safeParse(searchParams.get("request"));
  if (request.success) return { url: `/requests/${request.data}/receipt`, name: request.data };
  const event = searchParams.get("event") ?? "";
  return /^\d{1,2}\/\d{1,18}$/.test(event) ? { url: `/events/${event}/proof`, name: event } : null;
}

export default define.page<typeof handler>(({ data: { keys, receipt }, state }) => {
  const { t } = state;
  state.title = t("verify");
  return (
    <>
      <PageHead title={t("verify")} intro={t("verify_intro")} />
      <Panel id="check" title={t("verify_files")} intro={t("verify_files_intro")}>
        <Verifier
          keys={keys}
          receipt={receipt}
          texts={textsOf(state)}
        />
      </Panel>
    </>
  );
});

function textsOf({ t }: State) {
  return {
    drop: t("verify_drop"),
    unreachable: t("verify_unreachable"),
    chooseFolder: t("verify_choose_folder"),
    chooseFiles: t("verify_choose_files"),
    keys: t("verify_keys"),
    keysHint: t("verify_keys_hint"),
    working: t("verify_working"),
    noScripts: t("verify_no_scripts"),
    good: t("verify_good"),
    goodByServer: t("verify_good_by_server"),
    goodUntrusted: t("verify_untrusted"),
    bad: t("verify_bad"),
    unknown: t("verify_unknown"),
    firstFinding: t("verify_first_finding"),
    checked: t("verify_checked"),
    failed: t("verify_failed"),
    notChecked: t("verify_not_checked"),
    keysShown: t("verify_keys_shown"),
    positions: t("positions"),
    counts: t("verify_counts"),
    signedBy: t("verify_signed_by"),
  };
}
