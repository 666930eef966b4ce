/**
 * The house rules that `deno lint` checks: effects only at the rim, no floats near money,
 * every export documented.
 *
 * @module
 */

import { documentedExports } from "./documented_exports.ts";
import { globalName } from "./globals.ts";
import { isMoneyCode, mayHaveEffects, pathInRepository } from "./places.ts";

/** What one rule about effects forbids. */
interface EffectRule {
  /** The globals that it is an effect to read. */
  readonly names: readonly string[];
  /** Names that must not be imported, by module; null for the whole module. */
  readonly modules?: ReadonlyMap<string, readonly string[] | null>;
  /** Whether `new Date()` and `Date()` are effects. */
  readonly date?: boolean;
  readonly hint: string;
}

const rim = "only main.ts, compose.ts, config.ts, scripts, tests and browser code may";

const clock: EffectRule = {
  names: [
    "Date.now",
    "performance.now",
    "performance.timeOrigin",
    "setTimeout",
    "setInterval",
    "setImmediate",
    "AbortSignal.timeout",
    "Temporal.Now",
  ],
  modules: new Map([["node:timers", null], ["node:timers/promises", null]]),
  date: true,
  hint: `${rim}; take a Clock or Timers from shared/effects.ts as an argument`,
};

const randomness: EffectRule = {
  names: [
    "Math.random",
    "crypto.randomUUID",
    "crypto.getRandomValues",
    "crypto.subtle.generateKey",
  ],
  modules: new Map([[
    "node:crypto",
    [
      "randomBytes",
      "randomFill",
      "randomFillSync",
      "randomInt",
      "randomUUID",
      "generateKeyPair",
      "generateKeyPairSync",
      "webcrypto",
    ],
  ]]),
  hint: `${rim}; take Random from shared/effects.ts as an argument`,
};

const environment: EffectRule = {
  names: ["Deno.env", "process.env"],
  modules: new Map([["node:process", ["env"]]]),
  hint: `${rim}; read settings once in the room's config.ts and pass them on`,
};

const fetching: EffectRule = {
  names: ["fetch"],
  hint: `${rim}; take a fetch function as an argument`,
};

/** The plugin, registered in deno.json. */
const houseRules: Deno.lint.Plugin = {
  name: "house",
  rules: {
    "no-real-clock": effectRule(clock),
    "no-real-randomness": effectRule(randomness),
    "no-environment": effectRule(environment),
    "no-real-fetch": effectRule(fetching),
    "no-float-money": { create: createNoFloatMoney },
    "documented-exports": documentedExports,
  },
};

export default houseRules;

function effectRule(rule: EffectRule): Deno.lint.Rule {
  return {
    create(context): Deno.lint.LintVisitor {
      if (mayHaveEffects(pathInRepository(context.filename))) return {};
      const reported = new Set<number>();
      const report = (node: Deno.lint.Node, what: string) => {
        // `{ setTimeout }` is visited as a key and as a value.
        if (reported.has(node.range[0])) return;
        reported.add(node.range[0]);
        context.report({ node, message: `${what} is an effect`, hint: rule.hint });
      };
      const check = (node: Deno.lint.Identifier | Deno.lint.MemberExpression) => {
        const name = globalName(node);
        if (name !== null && rule.names.includes(name)) report(node, name);
      };
      const checkParts = ({ id, init }: Deno.lint.VariableDeclarator) => {
        const whole = init === null ? null : globalName(init);
        if (whole === null || id.type !== "ObjectPattern") return;
        for (const part of id.properties) {
          if (part.type !== "Property" || part.key.type !== "Identifier") continue;
          const name = `${whole}.${part.key.name}`;
          if (rule.names.includes(name)) report(part, name);
        }
      };
      const checkDate = (node: Deno.lint.NewExpression | Deno.lint.CallExpression) => {
        if (!rule.date || globalName(node.callee) !== "Date") return;
        if (node.type === "CallExpression") report(node, "Date()");
        else if (node.arguments.length === 0) report(node, "new Date()");
      };
      return {
        Identifier: check,
        MemberExpression: check,
        VariableDeclarator: checkParts,
        NewExpression: checkDate,
        CallExpression: checkDate,
        ImportDeclaration(node) {
          const names = rule.modules?.get(node.source.value);
          if (names === undefined) return;
          if (names === null) return report(node, `importing ${node.source.value}`);
          for (const specifier of node.specifiers) {
            if (specifier.type !== "ImportSpecifier") continue;
            const { imported } = specifier;
            const name = imported.type === "Identifier" ? imported.name : imported.value;
            if (names.includes(name)) report(specifier, `${node.source.value} ${name}`);
          }
        },
      };
    },
  };
}

const floatFunctions = new Set(["Number", "parseFloat", "Number.parseFloat", "Math.round"]);
const hint = "money is bigint: use shared/money, whose one rounding is exact";

function createNoFloatMoney(context: Deno.lint.RuleContext): Deno.lint.LintVisitor {
  if (!isMoneyCode(pathInRepository(context.filename))) return {};
  return {
    Literal(node) {
      if (typeof node.value !== "number" || !/^\d[\d_]*(\.|e|E)|^\./.test(node.raw)) return;
      context.report({ node, message: `${node.raw} is a floating-point literal`, hint });
    },
    CallExpression(node) {
      const name = globalName(node.callee);
      if (name !== null && floatFunctions.has(name)) {
        return context.report({ node, message: `${name}() makes a floating-point number`, hint });
      }
      const { callee } = node;
      if (callee.type !== "MemberExpression" || callee.property.type !== "Identifier") return;
      if (callee.property.name === "toFixed") {
        context.report({ node, message: "toFixed() is for floating-point numbers", hint });
      }
    },
  };
}
