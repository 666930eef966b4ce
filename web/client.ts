/** Revives the islands of a page in the browser. @module */
import { type ComponentType, h, hydrate } from "preact";
import CopyButton from "./islands/copy_button.tsx";
import LiveBalance from "./islands/live_balance.tsx";
import LiveRegion from "./islands/live_region.tsx";
import TimeSlider from "./islands/time_slider.tsx";
import Verifier from "./islands/verifier.tsx";

const islands: Readonly<Record<string, ComponentType<never>>> = {
  copy_button: CopyButton,
  live_balance: LiveBalance,
  live_region: LiveRegion,
  time_slider: TimeSlider,
  verifier: Verifier,
};

for (const element of document.querySelectorAll<HTMLElement>("fresh-island")) {
  const island = islands[element.dataset.name ?? ""] as ComponentType<object> | undefined;
  if (island !== undefined) hydrate(h(island, JSON.parse(element.dataset.props ?? "{}")), element);
}
