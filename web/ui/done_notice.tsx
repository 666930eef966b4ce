/** What a form that was just sent has done. @module */
import type { TextKey, Translate } from "../i18n/mod.ts";
import { Notice } from "./parts.tsx";

const DONE = {
  opened: "done_opened",
  credit: "done_credit",
  adjusted: "done_adjusted",
  revoked: "done_revoked",
  budget: "done_budget",
  price: "done_price",
  markup: "done_markup",
  fx: "done_fx",
  own_key_fee: "done_own_key_fee",
  acknowledged: "done_acknowledged",
  rule: "done_rule",
  credit_note: "done_credit_note",
  key_settings: "done_key_settings",
  provider: "done_provider",
  provider_key: "done_provider_key",
  provider_key_removed: "done_provider_key_removed",
  router: "done_router",
  router_removed: "done_router_removed",
  alias: "done_alias",
  plan: "done_plan",
  plan_assigned: "done_plan_assigned",
} as const satisfies Record<string, TextKey>;

/** What a form did, named in the query of the page that follows. */
export type Done = keyof typeof DONE;

/** The path to go to once a form was accepted at a log position. */
export function donePath(path: string, done: Done, position: string): string {
  return `${path}?${new URLSearchParams({ done, at: position })}`;
}

/** Says what was done, when the address names it. */
export function DoneNotice({ url, t }: { readonly url: URL; readonly t: Translate }) {
  const done = url.searchParams.get("done");
  if (done === null || !Object.hasOwn(DONE, done)) return null;
  return (
    <div class="mb-4">
      <Notice tone="good" role="status">{t(DONE[done as Done])}</Notice>
    </div>
  );
}
