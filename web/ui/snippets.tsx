/** How to make a call. @module */
import type { Translate } from "../i18n/mod.ts";
import { Code } from "./parts.tsx";

const MODEL = "gpt-4o-mini";

/** Calls to copy, against the proxy at `baseUrl` (without a slash at its end). */
export function Snippets({ baseUrl, t }: { readonly baseUrl: string; readonly t: Translate }) {
  const curl = [
    `curl -N ${baseUrl}/v1/chat/completions \\`,
    `  -H "authorization: Bearer $SARGALAY_API_KEY" \\`,
    `  -H "content-type: application/json" \\`,
    `  -d '{"model":"${MODEL}","stream":true,`,
    `  "messages":[{"role":"user","content":"Mingalaba!"}]}'`,
  ].join("\n");
  const script = [
    `import OpenAI from "openai";`,
    ``,
    `const client = new OpenAI({`,
    `  apiKey: process.env.SARGALAY_API_KEY,`,
    `  baseURL: "${baseUrl}/v1",`,
    `});`,
    `const answer = await client.chat.completions.create({`,
    `  model: "${MODEL}",`,
    `  messages: [{ role: "user", content: "Mingalaba!" }],`,
    `});`,
    `console.log(answer.choices[0].message.content);`,
  ].join("\n");
  return (
    <div class="tabs">
      <Code text={curl} name="curl" t={t} />
      <Code text={script} name="JavaScript · openai" t={t} />
    </div>
  );
}
