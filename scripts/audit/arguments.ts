/** The arguments of audit commands. @module */

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
