/** The OpenAPI document, made from the same table of routes that is served. @module */
import { OpenAPIHono, z } from "@hono/zod-openapi";
import type { JsonValue } from "../../shared/json.ts";
import { columnsOf } from "./csv.ts";
import type { ReadRoute } from "./route.ts";

const errorSchema = z.object({
  error: z.object({ code: z.string(), message: z.string(), param: z.string().nullable() }),
});

const ERRORS: Readonly<Record<number, string>> = {
  400: "A parameter is not valid.",
  401: "There is no valid token.",
  403: "The role may not read this.",
  404: "There is no such row, or it belongs to somebody else.",
  409: "What was asked for does not fit what is under way.",
  503: "min_position was not reached within 5 s, or the database is away; retry-after says when " +
    "to ask again.",
  504: "The answer took longer than 10 s to read: ask for less.",
};

/** The OpenAPI 3.1 document of the routes. */
export function readDocument(routes: readonly ReadRoute[]): JsonValue {
  const app = new OpenAPIHono();
  const registry = app.openAPIRegistry;
  registry.registerComponent("securitySchemes", "bearer", { type: "http", scheme: "bearer" });
  for (const route of routes) registry.registerPath(pathOf(route));
  const document = app.getOpenAPI31Document({
    openapi: "3.1.0",
    info: {
      title: "Sargalay read API",
      version: "1",
      description: "Read models. Each answer names the log position up to which it is complete.",
    },
  });
  return JSON.parse(JSON.stringify(document));
}

function pathOf(route: ReadRoute): Parameters<OpenAPIHono["openAPIRegistry"]["registerPath"]>[0] {
  const names = Array.from(route.path.matchAll(/\{(\w+)\}/g), (match) => match[1]!);
  const isList = columnsOf(route.answer) !== null;
  const query = z.object({
    ...Object.fromEntries(
      Object.keys(route.query.shape).map((name) => [name, z.string().optional()]),
    ),
    min_position: z.string().optional(),
    ...(isList ? { format: z.enum(["json", "csv"]).optional() } : {}),
  });
  return {
    method: route.method ?? "get",
    path: route.path,
    summary: route.summary,
    description: `Needs the permission \`${route.permission}\`.`,
    security: [{ bearer: [] }],
    request: {
      params: z.object(Object.fromEntries(names.map((name) => [name, z.string()]))),
      query,
    },
    responses: {
      200: {
        description: route.stream === undefined
          ? "What was found."
          : `Server-sent events named \`${route.stream}\`.`,
        content: {
          [route.stream === undefined ? "application/json" : "text/event-stream"]: {
            schema: answerSchema(route.answer),
          },
          ...(isList ? { "text/csv": { schema: z.string() } } : {}),
        },
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

/** The JSON schema of an answer. Where it may hold any JSON at all, it says nothing more. */
function answerSchema(answer: z.ZodType): Record<string, never> {
  const schema = z.toJSONSchema(answer, { unrepresentable: "any", io: "output" });
  return JSON.parse(JSON.stringify(schema, (name, value) => {
    if (name === "$schema" || name === "$defs") return undefined;
    return typeof value === "object" && value !== null && "$ref" in value ? {} : value;
  }));
}
