/** JSON with one line for each member, so that files of data have short differences. @module */

/** The JSON of a list or of an object, each member on a line of its own behind `indent`. */
export function linesOfJson(
  value: readonly unknown[] | Readonly<Record<string, unknown>>,
  indent = "",
): string {
  const [open, close] = Array.isArray(value) ? ["[", "]"] : ["{", "}"];
  const lines = Array.isArray(value)
    ? value.map((one) => JSON.stringify(one))
    : Object.entries(value).map(([name, one]) => `${JSON.stringify(name)}:${JSON.stringify(one)}`);
  if (lines.length === 0) return `${open}${close}`;
  return `${open}\n${lines.map((line) => `${indent}  ${line}`).join(",\n")}\n${indent}${close}`;
}
