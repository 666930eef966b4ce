import { readRecordings } from "../../tests/recordings/mod.ts";
import {
  describeRecordings,
  type RecordingExceptions,
} from "../../tests/recordings/recordings_contract.ts";
import { dialectOf } from "./mod.ts";
import type { DialectName } from "./mod.ts";

const NOTHING_WRITTEN = "nothing is written, so that the total of tokens is the input";
const SAID_EARLIER = "the stream's first event reports the input, and the last one forgets it";
const IN_A_HEADER = "the body reports one side, and a header the other";
const IN_THE_EVENT = "Titan's only event reports both sides, without the metrics beside it";

type Row = readonly [dialect: DialectName, apis: readonly string[], except?: RecordingExceptions];

const rows: readonly Row[] = [
  ["anthropic.messages", ["anthropic.messages"]],
  ["anthropic.count_tokens", ["anthropic.count_tokens"]],
  ["anthropic.complete", ["anthropic.complete"]],
  ["google.generateContent", ["google.generateContent", "google.streamGenerateContent"]],
  ["google.countTokens", ["google.countTokens"]],
  ["google.embedContent", ["google.embedContent"]],
  ["google.predict", ["google.predict"]],
  ["google.interactions", ["google.interactions"], {
    // An agent that works in the background.
    refused: { "google.google.interactions.json.200.eb5b9b4bc2": "unsupported_parameter" },
  }],
  ["cohere.chat", ["cohere.chat"]],
  ["cohere.embed", ["cohere.embed"]],
  ["cohere.generate", ["cohere.generate"]],
  ["cohere.rerank", ["cohere.rerank"], {
    otherUsage: {
      "openrouter.cohere.rerank.json.200.d29ce8b4af": NOTHING_WRITTEN,
      "voyage.cohere.rerank.json.200.0c97ed62a8": NOTHING_WRITTEN,
    },
  }],
  ["ollama.chat", ["ollama.chat"]],
  ["ollama.generate", ["ollama.generate"]],
  ["ollama.embed", ["ollama.embed"]],
  ["bedrock.converse", ["bedrock.converse", "bedrock.converse-stream"]],
  ["bedrock.invoke", ["bedrock.invoke", "bedrock.invoke-stream"], {
    otherUsage: {
      "bedrock.bedrock.invoke.json.200.cbcd9e3b52": IN_A_HEADER,
      "bedrock.bedrock.invoke-stream.stream.200.481a61c564": SAID_EARLIER,
      "bedrock.bedrock.invoke-stream.stream.200.716e8e42b5": SAID_EARLIER,
      "bedrock.bedrock.invoke-stream.stream.200.8003efcffa": SAID_EARLIER,
      "bedrock.bedrock.invoke-stream.stream.200.fc782166ad": IN_THE_EVENT,
    },
  }],
];

for (const [dialect, apis, exceptions] of rows) {
  const recordings = apis.flatMap((api) => [...readRecordings({ api })]);
  describeRecordings(dialectOf(dialect), recordings, exceptions);
}
