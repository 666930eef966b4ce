/**
 * The rule that every export says what it does.
 *
 * @module
 */

import { pathInRepository } from "./places.ts";

/** Refuses an exported declaration without a `/** … *\/` comment that says something. */
export const documentedExports: Deno.lint.Rule = {
  create(context) {
    if (isExempt(pathInRepository(context.filename))) return {};
    const overloaded = new Set<string>();
    return {
      ExportNamedDeclaration(node) {
        const { declaration } = node;
        if (declaration === null) return;
        const names = namesOf(declaration);
        const known = names.every((name) => overloaded.has(name));
        if (declaration.type === "TSDeclareFunction") names.forEach((name) => overloaded.add(name));
        if (names.length > 0 && known) return;
        const { text } = context.sourceCode;
        const documented = context.sourceCode.getAllComments().some(({ type, value, range }) =>
          type === "Block" && /^\*[\s*]*[^\s*]/.test(value) &&
          isBeside(text.slice(range[1], node.range[0]))
        );
        if (documented) return;
        context.report({
          node,
          message: `export ${names.join(", ")} has no documentation`,
          hint: "say in one sentence what it does, with units, bounds, the meaning of null, errors",
        });
      },
    };
  },
};

/** Whether nothing but blanks and line comments, such as lint directives, stands in between. */
function isBeside(between: string): boolean {
  return /^(\s|\/\/[^\n]*\n)*$/.test(between);
}

/** Tests, and routes, whose exports the framework names. */
function isExempt(path: string): boolean {
  return /_(test|bench)\.tsx?$/.test(path) || /^web\/routes\//.test(path);
}

function namesOf(declaration: Deno.lint.Node): string[] {
  if (declaration.type === "VariableDeclaration") {
    return declaration.declarations.flatMap(({ id }) => id.type === "Identifier" ? [id.name] : []);
  }
  const id = "id" in declaration ? declaration.id : null;
  return id !== null && id.type === "Identifier" ? [id.name] : [];
}
