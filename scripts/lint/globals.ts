/**
 * Telling a global from a local of the same name in a syntax tree.
 *
 * @module
 */

type Node = Deno.lint.Node | Deno.lint.TSParameterProperty;
type Identifier = Deno.lint.Identifier;
type Pattern = Node | null;

const globalObjects = new Set(["globalThis", "window", "self"]);

/**
 * The dotted name of a global that `node` reads, such as `Date.now` or `fetch` (without a leading
 * `globalThis`); null when it is a local, a declaration, a type or a property's key.
 */
export function globalName(node: Node): string | null {
  if (node.type === "Identifier") return isRead(node) && !isLocal(node) ? node.name : null;
  if (node.type !== "MemberExpression") return null;
  const property = propertyName(node);
  if (property === null) return null;
  const { object } = node;
  if (object.type === "Identifier") {
    if (isLocal(object)) return null;
    return globalObjects.has(object.name) ? property : `${object.name}.${property}`;
  }
  const outer = globalName(object);
  return outer === null ? null : `${outer}.${property}`;
}

function propertyName(node: Deno.lint.MemberExpression): string | null {
  const { property } = node;
  if (!node.computed && property.type === "Identifier") return property.name;
  if (property.type === "Literal" && typeof property.value === "string") return property.value;
  return null;
}

/** Whether an identifier stands where a value is read. */
function isRead(node: Identifier): boolean {
  const { parent } = node;
  switch (parent.type) {
    case "MemberExpression":
      return false; // The whole expression is judged.
    case "Property":
      return parent.parent.type !== "ObjectPattern" && isSame(parent.value, node);
    case "VariableDeclarator":
      return parent.init !== null && isSame(parent.init, node);
    case "AssignmentExpression":
    case "AssignmentPattern":
      return isSame(parent.right, node);
    case "ArrowFunctionExpression":
      return isSame(parent.body, node);
    case "CallExpression":
    case "NewExpression":
    case "ArrayExpression":
    case "ReturnStatement":
    case "ConditionalExpression":
    case "LogicalExpression":
    case "AwaitExpression":
    case "SpreadElement":
    case "TSAsExpression":
    case "TSSatisfiesExpression":
    case "TSNonNullExpression":
      return true;
    case "PropertyDefinition":
      return parent.value !== null && isSame(parent.value, node);
    default:
      return false;
  }
}

function isSame(one: Node, other: Node): boolean {
  return one.range[0] === other.range[0] && one.range[1] === other.range[1];
}

/** Whether a function or block around `node` binds its name. */
function isLocal(node: Identifier): boolean {
  let scope: Node = node.parent;
  while (!bindings(scope).some((bound) => binds(bound, node.name))) {
    if (scope.type === "Program" || !("parent" in scope)) return false;
    scope = scope.parent;
  }
  return true;
}

/** What a scope binds, as patterns. */
function bindings(scope: Node): readonly Pattern[] {
  switch (scope.type) {
    case "FunctionDeclaration":
    case "FunctionExpression":
    case "ArrowFunctionExpression":
      return scope.params;
    case "CatchClause":
      return [scope.param];
    case "ForStatement":
      return scope.init === null ? [] : declared(scope.init);
    case "ForOfStatement":
    case "ForInStatement":
      return declared(scope.left);
    case "BlockStatement":
    case "Program":
      return scope.body.flatMap(declared);
    default:
      return [];
  }
}

function declared(statement: Node): readonly Pattern[] {
  switch (statement.type) {
    case "VariableDeclaration":
      return statement.declarations.map(({ id }) => id);
    case "FunctionDeclaration":
    case "ClassDeclaration":
      return [statement.id];
    case "ImportDeclaration":
      return statement.specifiers.map(({ local }) => local);
    case "ExportNamedDeclaration":
      return statement.declaration === null ? [] : declared(statement.declaration);
    default:
      return [];
  }
}

function binds(pattern: Pattern, name: string): boolean {
  switch (pattern?.type) {
    case "Identifier":
      return pattern.name === name;
    case "ObjectPattern":
      return pattern.properties.some((property) =>
        binds(property.type === "Property" ? property.value : property.argument, name)
      );
    case "ArrayPattern":
      return pattern.elements.some((element) => binds(element, name));
    case "AssignmentPattern":
      return binds(pattern.left, name);
    case "RestElement":
      return binds(pattern.argument, name);
    case "TSParameterProperty":
      return binds(pattern.parameter, name);
    default:
      return false;
  }
}
