/** Ordering documents by a query: Cohere's form, which Jina, Voyage, Together and others share. @module */
import { z } from "zod";
import type { Usage } from "../../../shared/usage/mod.ts";
import { upstreamFailure } from "../../failures/mod.ts";
import { cohereErrors } from "../cohere_chat/mod.ts";
import { besides, countAt, memberAt } from "../counts.ts";
import type { Dialect } from "../dialect.ts";
import { jsonAnswer } from "../json_answer.ts";
import { jsonOf, modelNamed, objectOrEmpty, parseBody, understood } from "../parsed_body.ts";
import { plainReader } from "../plain_reader.ts";
import { reportedCostNanoUsd } from "../reported_cost.ts";
import { NOTHING_COUNTED } from "../text.ts";

/** Documents that one search unit holds, and bytes from which a document may count again. */
const DOCUMENTS_PER_UNIT = 100;
const BYTES_PER_DOCUMENT = 500;

/** What Cohere's first version takes when no model is named. */
const DEFAULT_MODEL = "rerank-v3.5";

const schema = z.looseObject({
  query: z.unknown().optional(),
  documents: z.array(z.unknown()).max(100_000),
});
const encoder = new TextEncoder();
const NOTHING = new Uint8Array(0);

/** See the module. */
export const cohereRerank: Dialect = {
  name: "cohere.rerank",
  parse(arrived) {
    const parsed = parseBody(arrived, schema);
    if ("failure" in parsed) return parsed;
    const { data } = parsed;
    const documents = data.documents.length;
    const queryBytes = encoder.encode(JSON.stringify(data.query ?? "")).length;
    const units = (documents + arrived.bodyBytes.length / BYTES_PER_DOCUMENT) / DOCUMENTS_PER_UNIT;
    return understood({
      arrived,
      dialect: "cohere.rerank",
      endpoint: "rerank",
      model: modelNamed(
        arrived,
        data.model ?? (arrived.action === "v1" ? DEFAULT_MODEL : undefined),
      ),
      modality: "embedding",
      outputLimit: 0,
      messages: documents,
      // The query is read again with each document.
      media: { images: 0, dataBytes: 0, unbounded: false, addedTokens: documents * queryBytes },
      unitsBound: { searches: Math.ceil(units) + 1, requests: 1 },
      classes: ["input", "output", "searches", "requests"],
    });
  },
  send: (request, { upstreamModel }) => ({
    action: request.arrived.action ?? "v2",
    headers: {},
    body: JSON.stringify({ ...jsonOf(request), model: upstreamModel }),
    query: {},
  }),
  reader: () =>
    plainReader({
      readAnswer(body) {
        const answer = jsonAnswer(body);
        if ("failure" in answer) return answer;
        const { json } = answer;
        if (!Array.isArray(json.results) && !Array.isArray(json.data)) {
          return upstreamFailure("malformed", "The provider's answer has no results.");
        }
        const report = memberAt(json, "usage") ?? memberAt(json, "meta");
        return {
          usage: usageOf(report),
          raw: report === undefined ? null : objectOrEmpty(report),
          costNanoUsd: reportedCostNanoUsd(report),
          text: () => NOTHING_COUNTED,
        };
      },
    }),
  errors: cohereErrors,
  withCost: () => NOTHING,
};

/** Nothing is written, so that a total is the input. The request itself is always one. */
function usageOf(report: unknown): Usage {
  const input = countAt(report, "prompt_tokens") ?? countAt(report, "tokens", "input_tokens") ??
    countAt(report, "total_tokens");
  const output = countAt(report, "completion_tokens");
  return {
    requests: 1,
    ...(input === null ? {} : { input }),
    ...(output === null ? {} : { output }),
    ...besides([[
      "searches",
      countAt(report, "billed_units", "search_units") ?? countAt(report, "search_units"),
    ]]),
  };
}
