/** Revives the islands of a page in the browser. @module */
import { type ComponentType, h, hydrate } from "preact";
import CopyButton from "./islands/copy_button.tsx";
import LiveBalance from "./islands/live_balance.tsx";

const islands: Readonly<Record<string, ComponentType<never>>> = {
  copy_button: CopyButton,
  live_balance: LiveBalance,
};

for (const element of document.querySelectorAll<HTMLElement>("fresh-island")) {
  const island = islands[element.dataset.name ?? ""] as ComponentType<object> | undefined;
  if (island !== undefined) hydrate(h(island, JSON.parse(element.dataset.props ?? "{}")), element);
}
