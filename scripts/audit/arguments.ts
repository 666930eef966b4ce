/** The arguments of audit commands. @module */
import type { z } from "zod";

/** What a command was called with. */
export interface Arguments {
  /** What stands by itself, in order. */
  readonly plain: readonly string[];
  /** The values of each option, in order. */
  values(option: string): readonly string[];
  /** The value of an option that may be given once; null when absent. */
  value(option: string): string | null;
  /** Whether a switch is given. */
  has(flag: string): boolean;
}

/** An option's value as its schema reads it. Throws an Error that names the option, in one line. */
export function optionValue<T extends z.ZodType>(
  option: string,
  schema: T,
  text: string | undefined,
): z.output<T> {
  const parsed = schema.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new Error(
    `${option} ${text ?? ""}: ${parsed.error.issues[0]?.message ?? "not understood"}`,
  );
}

/** Reads arguments. Throws an Error that names what is wrong. */
export function readArguments(
  args: readonly string[],
  known: { readonly options: readonly string[]; readonly flags: readonly string[] },
): Arguments {
  const plain: string[] = [];
  const flags = new Set<string>();
  const values = new Map<string, string[]>();
  for (let index = 0; index < args.length; index++) {
    const arg = args[index]!;
    if (!arg.startsWith("--")) {
      plain.push(arg);
      continue;
    }
    const equals = arg.indexOf("=");
    const name = equals < 0 ? arg : arg.slice(0, equals);
    if (known.flags.includes(arg)) {
      flags.add(arg);
    } else if (known.options.includes(name)) {
      const value = equals < 0 ? args[++index] : arg.slice(equals + 1);
      if (value === undefined) throw new Error(`${name} has no value`);
      values.set(name, [...values.get(name) ?? [], value]);
    } else {
      throw new Error(
        `no option ${name}; there are ${[...known.options, ...known.flags].join(", ")}`,
      );
    }
  }
  return {
    plain,
    values: (option) => values.get(option) ?? [],
    value(option) {
      const given = values.get(option) ?? [];
      if (given.length > 1) throw new Error(`${option} is given ${given.length} times`);
      return given[0] ?? null;
    },
    has: (flag) => flags.has(flag),
  };
}
