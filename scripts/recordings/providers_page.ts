/**
 * Writes `docs/providers.md`: which routes of which providers are verified, and by what:
 * `deno run --allow-all scripts/recordings/providers_page.ts`, then `deno fmt docs/providers.md`.
 *
 * @module
 */
import { builtInDialects, type DialectName } from "../../proxy/dialects/mod.ts";
import { PROFILES, type ProviderProfile } from "../../proxy/upstream/mod.ts";
import { readRecordings, type Recording } from "../../tests/recordings/mod.ts";
import { dialectNameOf, profileFor } from "./plan.ts";

interface Count {
  whole: number;
  streams: number;
  errors: number;
}

type Counts = Map<string, Map<DialectName, Count>>;

const INTRODUCTION = `# Providers

Every provider that is built in, the routes that it is called on, and how each is verified. The page
is made from the profiles and from the packed recordings by \`scripts/recordings/providers_page.ts\`,
and a test fails when it is stale.

- **recorded**: real exchanges with this provider on this route, found in public repositories. Each
  is metered class by class as the provider reported it, however its stream is cut
  (\`describeRecordings\`), and replayed through the running proxy (\`deno task recordings\`). The number
  is that of the exchanges; of them so many were streams and errors.
- **by its protocol**: the route is spoken as the provider documents it, and its dialect is verified
  by the recordings of other providers; nothing of this provider itself was seen on it.
- **simulated**: answered by the project's own simulator.
- **never seen**: no recording of anybody; tests have answers made by hand from documentation.

Nothing here was called live by this project: no provider's key was ever used. A provider that is not
here is called as \`openai_compatible\` at its own base URL.
`;

/** The page, before it is formatted. Recordings of providers without a profile count for theirs. */
export function providersPage(recordings: readonly Recording[]): string {
  const byProfile: Counts = new Map();
  const byDialect = new Map<DialectName, Count & { readonly providers: Set<string> }>();
  const unnamed = new Map<string, Map<DialectName, Count>>();
  for (const recording of recordings) {
    const dialect = dialectNameOf(recording);
    if (dialect === null) continue;
    const profile = profileFor(recording.provider, dialect);
    if (profile === null) continue;
    const own = profile.name === recording.provider ||
      profile.name.startsWith(`${recording.provider}-`);
    add(own ? byProfile : unnamed, own ? profile.name : recording.provider, dialect, recording);
    const known = byDialect.get(dialect) ?? { ...NOTHING, providers: new Set<string>() };
    byDialect.set(dialect, known);
    known.providers.add(recording.provider);
    count(known, recording);
  }
  const seen = new Set(byDialect.keys());
  return [
    INTRODUCTION,
    "## Routes\n",
    "| dialect | exchanges | whole | streams | errors | providers | verified |",
    "| --- | --- | --- | --- | --- | --- | --- |",
    ...builtInDialects().map((dialect) => dialectRow(dialect, byDialect.get(dialect))),
    "\n## Providers\n",
    "A client that goes away ends the call upstream where the provider then stops billing (`cancel`);" +
    " else the answer is read to its end (`drain`), because only the end tells what is billed.\n",
    "| provider | client gone | recorded | by its protocol | realtime |",
    "| --- | --- | --- | --- | --- |",
    ...PROFILES.filter(({ name }) => name !== "simulator")
      .map((profile) => profileRow(profile, byProfile.get(profile.name), seen)),
    "\n## Recorded providers without a profile of their own\n",
    "They are called as whoever speaks the same API: what an unknown provider can expect.\n",
    "| provider | recorded |",
    "| --- | --- |",
    ...[...unnamed].sort(([a], [b]) => a < b ? -1 : 1)
      .map(([provider, counts]) => `| ${provider} | ${countsText(counts)} |`),
    "",
  ].join("\n");
}

const NOTHING: Count = { whole: 0, streams: 0, errors: 0 };

function add(to: Counts, name: string, dialect: DialectName, recording: Recording): void {
  const counts = to.get(name) ?? new Map<DialectName, Count>();
  to.set(name, counts);
  const known = counts.get(dialect) ?? { ...NOTHING };
  counts.set(dialect, known);
  count(known, recording);
}

function count(counts: Count, { response, streaming }: Recording): void {
  if (response.status >= 400) counts.errors += 1;
  else if (streaming) counts.streams += 1;
  else counts.whole += 1;
}

const total = ({ whole, streams, errors }: Count) => whole + streams + errors;

function dialectRow(
  dialect: DialectName,
  known: (Count & { readonly providers: ReadonlySet<string> }) | undefined,
): string {
  const simulated = PROFILES.some(({ name, dialects }) =>
    name === "simulator" && dialects[dialect] !== undefined
  );
  const how = [
    ...known === undefined ? ["never seen"] : ["recorded"],
    ...simulated ? ["simulated"] : [],
  ].join(", ");
  const { whole, streams, errors } = known ?? NOTHING;
  const counts = known === undefined ? 0 : total(known);
  const providers = known?.providers.size ?? 0;
  return `| ${dialect} | ${counts} | ${whole} | ${streams} | ${errors} | ${providers} | ${how} |`;
}

function profileRow(
  { name, dialects, onClientGone, realtime }: ProviderProfile,
  counts: ReadonlyMap<DialectName, Count> | undefined,
  seen: ReadonlySet<DialectName>,
): string {
  const others = (Object.keys(dialects) as DialectName[]).filter((each) => !counts?.has(each));
  const documented = others.map((each) => seen.has(each) ? each : `${each} (never seen)`);
  const live = Object.keys(realtime ?? {}).map((each) => `${each} (never seen)`);
  const cells = [name, onClientGone, countsText(counts), documented.join("; "), live.join("; ")];
  return `| ${cells.map((cell) => cell === "" ? "–" : cell).join(" | ")} |`;
}

function countsText(counts: ReadonlyMap<DialectName, Count> | undefined): string {
  return [...counts ?? []].sort(([a], [b]) => a < b ? -1 : 1).map(([dialect, each]) => {
    const parts = [
      ...each.streams > 0 ? [counted(each.streams, "stream")] : [],
      ...each.errors > 0 ? [counted(each.errors, "error")] : [],
    ];
    return `${dialect} ${total(each)}${parts.length === 0 ? "" : ` (${parts.join(", ")})`}`;
  }).join("; ");
}

const counted = (times: number, what: string) => `${times} ${what}${times === 1 ? "" : "s"}`;

if (import.meta.main) {
  const page = new URL("../../docs/providers.md", import.meta.url);
  await Deno.writeTextFile(page, providersPage(readRecordings()));
}
