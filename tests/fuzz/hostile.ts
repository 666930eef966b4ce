/** What a careless or hostile sender puts where a value is expected. @module */
import fc from "fast-check";

/** Texts that look like numbers to somebody. */
export const HOSTILE_NUMBERS = [
  "",
  " ",
  "0",
  "-0",
  "+1",
  "00",
  "007",
  "1",
  "-1",
  "--1",
  "1.0",
  "1.",
  ".5",
  "1e3",
  "1E3",
  "0x10",
  "0b1",
  "0o7",
  "1n",
  "1_000",
  "1,000",
  "1 000",
  " 1",
  "1 ",
  "1\n",
  "\t1",
  "\u00a01",
  "1\u0000",
  "NaN",
  "Infinity",
  "-Infinity",
  "null",
  "true",
  "１２３",
  "၁၂၃",
  "١٢٣",
  "²",
  "−1",
  "9007199254740991",
  "9007199254740992",
  "9007199254740993",
  "9223372036854775807",
  "9223372036854775808",
  "-9223372036854775807",
  "-9223372036854775808",
  "18446744073709551616",
  "9".repeat(20),
  "9".repeat(21),
  "9".repeat(400),
  "1".padStart(20, "0"),
] as const;

/** Values of every kind that JSON knows, and the worst of each. */
export const HOSTILE_VALUES: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -0,
  -1,
  0.5,
  1e3,
  1e21,
  2 ** 53,
  2 ** 53 + 2,
  -(2 ** 63),
  [],
  [[]],
  {},
  { length: 1 },
  { toString: "x" },
  "constructor",
  "__proto__",
  "toString",
  "hasOwnProperty",
  "\ud800",
  "\u0000",
  "x".repeat(100_000),
  ...HOSTILE_NUMBERS,
];

/** Text of any UTF-16 code units, lone surrogates and control characters among them. */
export function anyText(maxLength = 60): fc.Arbitrary<string> {
  const unit = fc.oneof(fc.nat(0x7f), fc.nat(0xffff));
  return fc.array(unit, { maxLength }).map((units) => String.fromCharCode(...units));
}

/** One of {@link HOSTILE_VALUES}, or any JSON value. */
export const hostileValue: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(...HOSTILE_VALUES),
  fc.jsonValue({ maxDepth: 2 }),
);

type Path = readonly (string | number)[];

/** Where in a JSON value there is something: every member and item, at every depth. */
function pathsOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== "object" || value === null) return [path];
  const inside = Object.entries(value)
    .flatMap(([key, member]) =>
      pathsOf(member, [...path, Array.isArray(value) ? parseInt(key, 10) : key])
    );
  return [path, ...inside];
}

/** The value with another one in one place, with one place removed, or with one member more. */
export function mutated(value: unknown): fc.Arbitrary<unknown> {
  const paths = pathsOf(value).filter((path) => path.length > 0);
  const place = fc.constantFrom(...(paths.length > 0 ? paths : [[]]));
  return fc.oneof(
    fc.tuple(place, hostileValue).map(([path, other]) => changed(value, path, () => other)),
    place.map((path) => changed(value, path, () => undefined)),
    fc.tuple(place, fc.constantFrom("extra", "__proto__", "type"), hostileValue)
      .map(([path, key, other]) =>
        changed(
          value,
          path,
          (member) =>
            typeof member === "object" && member !== null && !Array.isArray(member)
              ? { ...member, [key]: other }
              : member,
        )
      ),
  );
}

function changed(value: unknown, path: Path, change: (member: unknown) => unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return change(value);
  if (Array.isArray(value)) {
    return value.map((item, index) => index === key ? changed(item, rest, change) : item);
  }
  const members = Object.entries(value as object)
    .map(([name, member]) => [name, name === key ? changed(member, rest, change) : member] as const)
    .filter(([, member]) => member !== undefined);
  return Object.fromEntries(members);
}
