/** Verifies exports and receipts, in the browser of whoever doubts. */
import { page } from "fresh";
import { requestIdSchema } from "../../shared/ids/mod.ts";
import Verifier from "../islands/verifier.tsx";
import { define, personOf, roomsFor, type State } from "../state.ts";
import { PageHead, Panel } from "../ui/mod.ts";

interface Trusted {
  /** `NAME:BASE64` a line, as the ledger says. */
  readonly keys: string;
  /** A request of this server whose receipt is checked at once; null: none. */
  readonly requestId: string | null;
}

export const handler = define.handlers<Trusted>({
  async GET(ctx) {
    const { accountId } = personOf(ctx.state).principal;
    const { proofs } = roomsFor(ctx.state, "request:read", accountId);
    const keys = await proofs.signingKeys();
    const asked = requestIdSchema.safeParse(ctx.url.searchParams.get("request"));
    return page({
      keys: keys.map(({ keyName, publicKey }) => `${keyName}:${publicKey}`).join("\n"),
      requestId: asked.success ? asked.data : null,
    });
  },
});

export default define.page<typeof handler>(({ data: { keys, requestId }, state }) => {
  const { t } = state;
  state.title = t("verify");
  return (
    <>
      <PageHead title={t("verify")} intro={t("verify_intro")} />
      <Panel id="check" title={t("verify_files")} intro={t("verify_files_intro")}>
        <Verifier
          keys={keys}
          receipt={requestId === null
            ? null
            : { url: `/requests/${requestId}/receipt`, name: requestId }}
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
    event: t("event"),
    positions: t("positions"),
    counts: t("verify_counts"),
    signedBy: t("verify_signed_by"),
  };
}
