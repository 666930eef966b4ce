/** The OpenAPI document, made from the same table of routes that is served. @module */
import { OpenAPIHono, z } from "@hono/zod-openapi";
import { accountIdSchema, identifierSchema } from "../../shared/ids/mod.ts";
import type { JsonValue } from "../../shared/json.ts";
import type { PublicRoute } from "./public_route.ts";
import type { ApiRoute } from "./route.ts";

const errorSchema = z.object({
  error: z.object({
    code: z.string(),
    message: z.string(),
    param: z.string().nullable(),
    details: z.record(z.string(), z.unknown()),
  }),
});

const ERRORS: Readonly<Record<number, string>> = {
  400: "The request is not valid.",
  401: "There is no valid token.",
  402: "The credit or the budget does not carry it.",
  403: "The role may not do this.",
  404: "There is no such account, key or model.",
  409: "It contradicts what stands, or the Idempotency-Key was used for something else.",
  413: "The body is over 64 KB.",
  503: "The ledger gave no answer in time; repeat with the same Idempotency-Key.",
};

/** The OpenAPI 3.1 document of the routes. */
export function apiDocument(
  routes: readonly ApiRoute[],
  publicRoutes: readonly PublicRoute[],
): JsonValue {
  const app = new OpenAPIHono();
  const registry = app.openAPIRegistry;
  registry.registerComponent("securitySchemes", "bearer", { type: "http", scheme: "bearer" });
  for (const route of publicRoutes) registry.registerPath(publicPathOf(route));
  for (const route of routes) registry.registerPath(pathOf(route));
  const document = app.getOpenAPI31Document({
    openapi: "3.1.0",
    info: {
      title: "Sargalay ledger",
      version: "1",
      description: "Commands on accounts, keys and prices. Amounts are decimal strings.",
    },
  });
  return JSON.parse(JSON.stringify(document));
}

function pathOf(route: ApiRoute): Parameters<OpenAPIHono["openAPIRegistry"]["registerPath"]>[0] {
  return {
    method: route.method,
    path: route.path,
    summary: route.summary,
    description: `${route.description} Needs the permission \`${route.permission}\`.`,
    security: [{ bearer: [] }],
    request: {
      params: paramsOf(route),
      ...(route.query === null ? {} : { query: route.query }),
      ...(route.method === "get" ? {} : { headers: idempotencySchemaOf(route) }),
      ...(route.body === null
        ? {}
        : { body: { required: true, content: { "application/json": { schema: route.body } } } }),
    },
    responses: {
      [route.status]: {
        description: "Done.",
        content: { "application/json": { schema: route.result } },
      },
      ...Object.fromEntries(
        Object.entries(ERRORS).map(([status, description]) => [
          status,
          { description, content: { "application/json": { schema: errorSchema } } },
        ]),
      ),
    },
  };
}

function publicPathOf(
  route: PublicRoute,
): Parameters<OpenAPIHono["openAPIRegistry"]["registerPath"]>[0] {
  return {
    method: route.method,
    path: route.path,
    summary: route.summary,
    description: `${route.description} Public: no token is needed.`,
    security: [],
    request: {
      params: paramsOf(route),
      ...(route.query === null ? {} : { query: route.query }),
    },
    responses: {
      200: { description: "Done.", content: { [route.contentType]: { schema: route.result } } },
      404: {
        description: "There is no such shard or checkpoint.",
        content: { "application/json": { schema: errorSchema } },
      },
      429: {
        description: "Too many read at once.",
        content: { "application/json": { schema: errorSchema } },
      },
    },
  };
}

function idempotencySchemaOf({ needsIdempotencyKey }: ApiRoute): z.ZodObject {
  const key = z.string().max(100).meta({
    description: "Names the operation: repeated with the same key it has its first outcome.",
  });
  return z.object({ "idempotency-key": needsIdempotencyKey === true ? key : key.optional() });
}

function paramsOf(route: Pick<ApiRoute, "path">): z.ZodObject {
  const names = Array.from(route.path.matchAll(/\{(\w+)\}/g), (match) => match[1]!);
  return z.object(Object.fromEntries(
    names.map((name) => [name, name === "accountId" ? accountIdSchema : identifierSchema]),
  ));
}
