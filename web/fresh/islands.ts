/** Marks interactive components in the server's output, for the browser to revive. @module */
import { type ComponentChildren, type ComponentType, createElement, options } from "preact";

/** The known islands; a component is the same island in every app of this process. */
const names = new Map<unknown, string>();
/** Set while an island's own component is built, so that it is not wrapped again. */
let inside = false;
let used = false;
const previousHook = options.vnode;

// A page's tree is built before it is rendered, so elements are marked where they are made.
options.vnode = (vnode) => {
  previousHook?.(vnode);
  const name = inside ? undefined : names.get(vnode.type);
  if (name === undefined) return;
  const original = vnode.type as ComponentType;
  const props = vnode.props as Record<string, unknown>;
  vnode.type = () => islandElement(name, original, props);
};

/** Makes islands known. Their props are JSON, and an island holds no other island. */
export function registerIslands(islands: ReadonlyMap<string, ComponentType<never>>): void {
  for (const [name, component] of islands) names.set(component, name);
}

/** Runs a synchronous `render`; tells what it rendered and whether any island was in it. */
export function renderWithIslands(
  render: () => string,
): { readonly html: string; readonly used: boolean } {
  used = false;
  const html = render();
  return { html, used };
}

function islandElement(
  name: string,
  original: ComponentType,
  props: Record<string, unknown>,
): ComponentChildren {
  used = true;
  inside = true;
  try {
    const content = createElement(original, props);
    const marks: Record<string, string> = {
      "data-name": name,
      "data-props": JSON.stringify(props),
    };
    return createElement("fresh-island", marks, content);
  } finally {
    inside = false;
  }
}
