/** A slider through an account's past: the balance as of any moment. @module */
import { useEffect, useRef, useState } from "preact/hooks";
import type { ShownAmount } from "./live_balance.tsx";

/** What the balance was at a moment, ready to be shown. */
export interface PastBalance {
  /** The moment in Yangon's time. */
  readonly shownTime: string;
  /** The last event by then. */
  readonly position: string;
  /** Null when the account did not exist yet. */
  readonly amounts: {
    readonly available: ShownAmount;
    readonly held: ShownAmount;
    readonly total: ShownAmount;
  } | null;
}

/** Where the slider begins and ends (epoch milliseconds), and where it asks. */
export interface TimeSliderProps {
  /** Answers `?at=<epoch ms>` with a {@link PastBalance}. */
  readonly url: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly atMs: number;
  readonly first: PastBalance;
  readonly texts: Readonly<
    Record<
      "slider" | "available" | "held" | "total" | "kyat" | "position" | "nothing" | "failed",
      string
    >
  >;
}

const STEPS = 2_000;
const SETTLE_MS = 90;

/** The slider and the figures; without scripts the figures stand still. */
export default function TimeSlider(props: TimeSliderProps) {
  const { fromMs, toMs, texts } = props;
  const [past, setPast] = useState(props.first);
  const [atMs, setAtMs] = useState(props.atMs);
  const [failed, setFailed] = useState(false);
  const isFirst = useRef(true);
  useEffect(() => {
    if (isFirst.current) {
      isFirst.current = false;
      return;
    }
    const controller = new AbortController();
    // While the thumb moves only the place where it rests is asked for.
    const timer = setTimeout(() => {
      ask(`${props.url}?at=${atMs}`, controller.signal).then((next) => {
        setPast(next);
        setFailed(false);
      }, () => {
        if (!controller.signal.aborted) setFailed(true);
      });
    }, SETTLE_MS);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [atMs]);
  const step = (toMs - fromMs) / STEPS;
  return (
    <div class="time-slider">
      <p class="time-slider-moment" aria-live="polite">
        <strong>{past.shownTime}</strong>{" "}
        <span class="quiet">{texts.position} {past.position}</span>
      </p>
      <input
        type="range"
        min="0"
        max={STEPS}
        value={Math.round((atMs - fromMs) / step)}
        aria-label={texts.slider}
        aria-valuetext={past.shownTime}
        onInput={(event) =>
          setAtMs(Math.round(fromMs + parseInt(event.currentTarget.value, 10) * step))}
      />
      {failed && <p class="problem" role="alert">{texts.failed}</p>}
      {past.amounts === null ? <p class="quiet">{texts.nothing}</p> : (
        <dl class="balance-parts">
          {(["available", "held", "total"] as const).map((name) => (
            <div key={name}>
              <dt>{texts[name]}</dt>
              <dd class="money">
                {past.amounts?.[name].whole}
                <span class="money-fraction">{past.amounts?.[name].fraction}</span>{" "}
                <span class="money-unit">{texts.kyat}</span>
              </dd>
            </div>
          ))}
        </dl>
      )}
    </div>
  );
}

async function ask(url: string, signal: AbortSignal): Promise<PastBalance> {
  const response = await fetch(url, { signal, headers: { accept: "application/json" } });
  if (!response.ok) throw new Error(`the balance could not be read: ${response.status}`);
  return await response.json();
}
