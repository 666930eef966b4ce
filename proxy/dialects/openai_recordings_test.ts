import { readRecordings, recordedApis } from "../../tests/recordings/mod.ts";
import { describeRecordings } from "../../tests/recordings/recordings_contract.ts";
import type { DialectName } from "./dialect.ts";
import { OPENAI_DIALECTS } from "./openai.ts";

/** Requests for what nobody priced: the priority tier, and answers in the background. */
const REFUSED: Partial<Record<DialectName, readonly string[]>> = {
  "openai.chat.completions": ["json.200.27fb56db0b"],
  "openai.responses": [
    "json.200.0956279d84",
    "json.200.22f8b7f025",
    "json.200.b9b8683ad8",
    "json.200.fc2c8007b0",
    "stream.200.1ae26df3b7",
    "stream.200.1f8cc3314c",
    "stream.200.41182ba52d",
    "stream.200.638861f858",
    "stream.200.d6c15b0634",
    "stream.200.d79bc6ff74",
    "stream.200.d9e8179291",
  ],
};

const recorded = new Set(recordedApis());

for (const dialect of OPENAI_DIALECTS) {
  if (!recorded.has(dialect.name)) continue;
  const refused = (REFUSED[dialect.name] ?? [])
    .map((id) => [`openai.${dialect.name}.${id}`, "unsupported_parameter"]);
  describeRecordings(dialect, readRecordings({ api: dialect.name }), {
    refused: Object.fromEntries(refused),
  });
}
