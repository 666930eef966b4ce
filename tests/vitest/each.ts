/**
 * Tables of cases: how a row becomes arguments and a name.
 *
 * @module
 */

/** The arguments that a case gives to a body: an array's items, or the case itself. */
export type EachCase<T> = T extends readonly unknown[] ? [...T] : [T];

/** Splits `cases` into the arguments of each. */
export function eachCases<T>(
  cases: readonly T[],
): { item: T; args: EachCase<T>; index: number }[] {
  return cases.map((item, index) => ({
    item,
    args: (Array.isArray(item) ? [...item] : [item]) as EachCase<T>,
    index,
  }));
}

/**
 * Fills a name's placeholders: `%s %d %i %f %j %o` take the arguments in turn, `%#` the index,
 * `%%` a percent sign, `$key.inner` a property of an object case.
 */
export function formatTitle(
  title: string,
  item: unknown,
  args: readonly unknown[],
  index: number,
): string {
  let next = 0;
  const filled = title.replace(/%([sdifjo#%])/g, (whole, kind: string) => {
    if (kind === "%") return "%";
    if (kind === "#") return String(index);
    if (next >= args.length) return whole;
    const value = args[next++];
    return kind === "j" || kind === "o" ? Deno.inspect(value, { compact: true }) : show(value);
  });
  if (typeof item !== "object" || item === null || Array.isArray(item)) return filled;
  return filled.replace(/\$([A-Za-z_][\w.]*\w|[A-Za-z_])/g, (whole, path: string) => {
    const value = valueAt(item, path.split("."));
    return value === undefined ? whole : show(value);
  });
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  if (typeof value !== "object" || value === null) return undefined;
  return valueAt(Reflect.get(value, key), rest);
}

function show(value: unknown): string {
  return typeof value === "object" && value !== null
    ? Deno.inspect(value, { compact: true, breakLength: Infinity })
    : String(value);
}
