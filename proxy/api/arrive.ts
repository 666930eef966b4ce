/** From a body's bytes to a request that a dialect can understand. @module */
import { failure, FailureError } from "../../shared/errors.ts";
import type { JsonObject } from "../../shared/json.ts";
import type { Arrived, Bytes, RequestBody } from "../dialects/mod.ts";
import type { ApiRoute } from "./table.ts";

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** Reads the body as JSON or as a form, by its content type. Throws FailureError `invalid_json`. */
export async function arrive(
  request: Request,
  route: ApiRoute,
  bodyBytes: Bytes,
): Promise<Arrived> {
  const contentType = request.headers.get("content-type") ?? "";
  const at = request.url.indexOf("?");
  return {
    body: contentType.startsWith("multipart/form-data")
      ? await formOf(bodyBytes, contentType)
      : { kind: "json", json: objectOf(bodyBytes) },
    bodyBytes,
    params: route.params,
    action: route.action,
    query: new URLSearchParams(at === -1 ? "" : request.url.slice(at + 1).split("#", 1)[0]),
    headers: request.headers,
  };
}

async function formOf(bytes: Bytes, contentType: string): Promise<RequestBody> {
  try {
    const form = await new Response(bytes, { headers: { "content-type": contentType } }).formData();
    return { kind: "form", form };
  } catch (cause) {
    throw new FailureError(
      failure("invalid_request", "The request body is not a valid multipart form."),
      { cause },
    );
  }
}

function objectOf(bytes: Bytes): JsonObject {
  let json: unknown;
  try {
    json = JSON.parse(utf8.decode(bytes));
  } catch (cause) {
    throw new FailureError(
      failure("invalid_json", "The request body is not valid JSON in UTF-8."),
      { cause },
    );
  }
  if (typeof json !== "object" || json === null || Array.isArray(json)) {
    throw new FailureError(failure("invalid_request", "The request body is not a JSON object."));
  }
  return json as JsonObject;
}
