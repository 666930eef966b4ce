/** Which view is shown, and its rows. @module */
import type { CostRow, ErrorPatternRow, ModelUsageRow } from "../../shared/read_api/mod.ts";
import { COST_VIEWS, type CostView, type Page, type RoomsOfPerson } from "../rooms/mod.ts";
import { filterValue } from "../ui/mod.ts";

/** Every view, by its place in the address. */
export const COST_PAGES = [...COST_VIEWS, "usage-by-model", "errors"] as const;

/** One of {@link COST_PAGES}. */
export type CostPage = (typeof COST_PAGES)[number];

/** Whether an address names a view. */
export function isCostPage(name: string): name is CostPage {
  return (COST_PAGES as readonly string[]).includes(name);
}

/** What a page shows. */
export type Shown =
  | { readonly kind: CostView; readonly page: Page<CostRow> }
  | { readonly kind: "usage-by-model"; readonly page: Page<ModelUsageRow> }
  | { readonly kind: "errors"; readonly page: Page<ErrorPatternRow> };

/** The filters in an address; `account` is the person's own when there is one. */
export function filtersOf(url: URL, own: string | null): Record<string, string | null> {
  const given = (name: string) => filterValue(url, name);
  return {
    account: own ?? given("account"),
    key: given("key"),
    model: given("model"),
    provider: given("provider"),
    from: dayOf(given("from")),
    to: dayOf(given("to")),
  };
}

function dayOf(text: string | null): string | null {
  return text !== null && /^\d{4}-\d\d-\d\d$/.test(text) ? text : null;
}

/** Reads a view. Throws RoomError when the projections can't answer. */
export async function readCosts(
  { costs }: RoomsOfPerson,
  view: CostPage,
  query: Record<string, string | null>,
): Promise<Shown> {
  switch (view) {
    case "usage-by-model":
      return { kind: view, page: await costs.modelUsage(query) };
    case "errors":
      return { kind: view, page: await costs.errorPatterns(query) };
    default:
      return { kind: view, page: await costs.costs(view, query) };
  }
}
