/** The OpenAPI document, made from the same table of routes that is served. @module */
import { OpenAPIHono, z } from "@hono/zod-openapi";
import type { JsonValue } from "../../shared/json.ts";
import { CSRF_HEADER } from "./caller.ts";
import type { ManagementRoute } from "./route.ts";
import { problemSchema } from "./schemas.ts";

const ERRORS: Readonly<Record<number, string>> = {
  400: "The request is not valid; `param` names what is wrong.",
  401: "There is neither a valid token nor a session.",
  403: "The role may not do this, or a session's write lacks its token.",
  404: "There is no such thing, or it is somebody else's.",
  409: "It contradicts what stands, or the Idempotency-Key was used for something else.",
  413: "The body is over 64 KB.",
  503: "Another room gave no answer in time; repeat a change with the same Idempotency-Key.",
};

type PathOfRoute = Parameters<OpenAPIHono["openAPIRegistry"]["registerPath"]>[0];

/** The OpenAPI 3.1 document of the routes. */
export function managementDocument(routes: readonly ManagementRoute[]): JsonValue {
  const app = new OpenAPIHono();
  const registry = app.openAPIRegistry;
  registry.registerComponent("securitySchemes", "bearer", { type: "http", scheme: "bearer" });
  for (const route of routes) registry.registerPath(pathOf(route));
  const document = app.getOpenAPI31Document({
    openapi: "3.1.0",
    info: {
      title: "Sargalay management API",
      version: "1",
      description:
        "Providers, routers, keys, models, plans, logs and status. Each change is an event with its " +
        "actor. Amounts are decimal strings: microkyat, nanodollars and picodollars by their names.",
    },
  });
  return JSON.parse(JSON.stringify(document));
}

function pathOf(route: ManagementRoute): PathOfRoute {
  const names = Array.from(route.path.matchAll(/\{(\w+)\}/g), (match) => match[1]!);
  const permission = route.permission === null
    ? "Anybody who is known may ask."
    : `Needs the permission \`${route.permission}\`.`;
  return {
    method: route.method,
    path: route.path,
    tags: [route.path.split("/")[2] ?? ""],
    summary: route.summary,
    description: `${route.description} ${permission}`,
    security: [{ bearer: [] }],
    request: {
      params: z.object(Object.fromEntries(names.map((name) => [name, z.string()]))),
      query: z.object(Object.fromEntries(
        Object.keys(route.query.shape).map((name) => [name, z.string().optional()]),
      )),
      ...(route.method === "get" ? {} : { headers: headersSchema }),
      ...(route.body === null ? {} : {
        body: {
          required: true,
          content: { "application/json": { schema: jsonSchema(route.body, "input") } },
        },
      }),
    },
    responses: {
      [route.status]: {
        description: "Done.",
        content: { "application/json": { schema: jsonSchema(route.result, "output") } },
      },
      ...Object.fromEntries(
        Object.entries(ERRORS).map(([status, description]) => [
          status,
          { description, content: { "application/json": { schema: problemSchema } } },
        ]),
      ),
    },
  };
}

const headersSchema = z.object({
  "idempotency-key": z.string().max(100).optional().meta({
    description: "Names the operation: repeated with the same key it has its first outcome.",
  }),
  [CSRF_HEADER]: z.string().optional().meta({
    description: "For a signed-in browser: the csrfToken of GET /api/session.",
  }),
});

/** The JSON schema of a body or an answer. Where it may hold any JSON at all, it says nothing more. */
export function jsonSchema(schema: z.ZodType, io: "input" | "output"): Record<string, never> {
  const whole = z.toJSONSchema(schema, { unrepresentable: "any", io });
  return JSON.parse(JSON.stringify(whole, (name, value) => {
    if (name === "$schema" || name === "$defs") return undefined;
    return typeof value === "object" && value !== null && "$ref" in value ? {} : value;
  }));
}
