/** What became of a router, from the log. @module */
import { type RouterDefinition, routerDefinitionSchema } from "../../shared/routing/mod.ts";
import type { EventRow } from "../../shared/read_api/mod.ts";
import type { RoomsOfPerson } from "../rooms/mod.ts";

/** One version of a router; without a definition it was removed by it. */
export interface RouterVersion {
  readonly version: number;
  readonly definition: RouterDefinition | null;
  readonly event: EventRow;
}

const TYPES = ["RouterConfigured", "RouterRemoved"] as const;
const MOST_PAGES = 5;

/** The versions of a router, newest first, of the newest 1,000 changes to routers of each kind. */
export async function routerHistory(
  { audit }: Pick<RoomsOfPerson, "audit">,
  routerId: string,
): Promise<readonly RouterVersion[]> {
  const events = (await Promise.all(TYPES.map((type) => eventsOf(audit, type)))).flat();
  return events
    .filter(({ payload }) => payload.routerId === routerId)
    .flatMap((event) => {
      const version = event.payload.routerVersion;
      if (typeof version !== "number") return [];
      const definition = routerDefinitionSchema.safeParse(event.payload.definition);
      return [{ version, definition: definition.success ? definition.data : null, event }];
    })
    .toSorted((one, other) => other.version - one.version);
}

async function eventsOf(audit: RoomsOfPerson["audit"], type: string): Promise<EventRow[]> {
  const rows: EventRow[] = [];
  let cursor: string | null = null;
  for (let pages = 0; pages < MOST_PAGES; pages++) {
    const page: Awaited<ReturnType<typeof audit.events>> = await audit.events({
      type,
      limit: "200",
      cursor,
    });
    rows.push(...page.items);
    cursor = page.nextCursor;
    if (cursor === null) break;
  }
  return rows;
}
