/** Sends a router that was edited. @module */
import { routerIdSchema } from "../../shared/routing/mod.ts";
import type { Posted, Submission } from "../form_page/mod.ts";
import type { RoomsOfPerson } from "../rooms/mod.ts";
import { readDefinition } from "./definition.ts";

/** The fields of the editor; `version` is what it was filled from, 0: nothing that was configured. */
export const ROUTER_FIELDS = ["routerId", "definition", "version"] as const;

/** What became of it, and every mistake in the text. */
export interface RouterSubmission {
  readonly submission: Submission;
  readonly mistakes: readonly string[];
}

/** Checks and sends; refused when the router was changed since the editor was filled. */
export async function submitRouter(
  { field, operationId }: Posted,
  { routing }: Pick<RoomsOfPerson, "routing">,
  routerId: string,
): Promise<RouterSubmission> {
  const read = readDefinition(field("definition"));
  const isNamed = routerIdSchema.safeParse(routerId).success;
  if (!read.ok || !isNamed) {
    const problems = {
      ...(isNamed ? {} : { routerId: "slug_bad" } as const),
      ...(read.ok ? {} : { definition: "definition_bad" } as const),
    };
    return { submission: { status: "invalid", problems }, mistakes: read.ok ? [] : read.mistakes };
  }
  const version = field("version");
  const expectedVersion = /^\d{1,9}$/.test(version) ? parseInt(version, 10) : null;
  const router = { routerId, definition: read.definition, expectedVersion };
  const outcome = await routing.configureRouter(operationId, router);
  return { submission: { status: "sent", outcome }, mistakes: [] };
}
