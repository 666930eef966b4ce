/** What the start prints. @module */
import type { Demo } from "./demo_file.ts";

/** Where everything is and how to make the first call; `simulated` says so in plain words. */
export function firstCallText(demo: Demo, options: { simulated: boolean; file: string }): string {
  const users = demo.users.map((user) =>
    `    ${user.role.padEnd(17)} ${user.email.padEnd(26)} ${user.password}`
  );
  return [
    "",
    "  Sargalay is ready.",
    "",
    `    OpenAI's API             ${demo.proxyUrl}/v1`,
    `    Anthropic's and Google's ${demo.proxyUrl}`,
    `    Web                      ${demo.webUrl}`,
    `    Management API           ${demo.webUrl}/api/docs`,
    `    Ledger API               ${demo.ledgerUrl}/openapi.json`,
    `    Read API                 ${demo.projectionsUrl}/openapi.json`,
    "",
    ...(options.simulated
      ? [
        "  SIMULATED UPSTREAM: no provider key is set, so answers come from a simulator.",
        "  Set OPENAI_API_KEY, ANTHROPIC_API_KEY, GROQ_API_KEY or another provider's to go live.",
        "",
      ]
      : []),
    "  Your first call:",
    "",
    `    curl -N ${demo.proxyUrl}/v1/chat/completions \\`,
    `      -H "authorization: Bearer ${demo.apiKey}" \\`,
    `      -H "content-type: application/json" \\`,
    `      -d '{"model":"gpt-4o-mini","stream":true,"stream_options":{"include_usage":true},` +
    `"messages":[{"role":"user","content":"Mingalaba!"}]}'`,
    "",
    "  Sign in with:",
    "",
    ...users,
    "",
    `  All of this stands in ${options.file}. Ctrl-C stops.`,
    "",
  ].join("\n");
}
