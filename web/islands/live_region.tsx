/** Keeps a part of the page new while it is looked at. @module */
import { useEffect, useState } from "preact/hooks";

/** What wakes it: events of a stream, or the clock. */
export interface LiveRegionProps {
  /** The id of the element whose content is replaced by that of the same page, read anew. */
  readonly target: string;
  /** Server-sent events that wake it; null: none. */
  readonly source: { readonly url: string; readonly event: string } | null;
  /** How often it looks by itself, in milliseconds; null: never. */
  readonly everyMs: number | null;
  readonly texts: Readonly<Record<"live" | "lost", string>>;
}

const SETTLE_MS = 250;

/** A mark that says whether the page is live; nothing without scripts. */
export default function LiveRegion({ target, source, everyMs, texts }: LiveRegionProps) {
  const [state, setState] = useState<"still" | "live" | "lost">("still");
  useEffect(() => {
    const controller = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const refresh = () => {
      clearTimeout(timer);
      // What happens together is shown together.
      timer = setTimeout(() => {
        replace(target, controller.signal).then(() => setState("live"), () => {
          if (!controller.signal.aborted) setState("lost");
        });
      }, SETTLE_MS);
    };
    const clock = everyMs === null ? undefined : setInterval(refresh, everyMs);
    const events = source === null ? null : new EventSource(source.url);
    events?.addEventListener("open", () => setState("live"));
    events?.addEventListener("error", () => setState("lost"));
    if (source !== null) events?.addEventListener(source.event, refresh);
    if (events === null) setState("live");
    return () => {
      controller.abort();
      clearTimeout(timer);
      clearInterval(clock);
      events?.close();
    };
  }, []);
  if (state === "still") return null;
  return <span class={`live-mark live-${state}`} role="status">{texts[state]}</span>;
}

async function replace(target: string, signal: AbortSignal): Promise<void> {
  const response = await fetch(location.href, { signal, headers: { accept: "text/html" } });
  if (!response.ok) throw new Error(`the page answered ${response.status}`);
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const [next, now] = [page.getElementById(target), document.getElementById(target)];
  if (next === null || now === null || now.contains(document.activeElement)) return;
  now.replaceChildren(...next.childNodes);
}
