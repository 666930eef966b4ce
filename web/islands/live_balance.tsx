/** The balance, updated while it is looked at. @module */
import { useEffect, useState } from "preact/hooks";

/** An amount split for display. */
export interface ShownAmount {
  readonly whole: string;
  readonly fraction: string;
}

/** The figures, ready to be shown. */
export interface ShownBalance {
  readonly available: ShownAmount;
  readonly held: ShownAmount;
  readonly settled: ShownAmount;
  readonly credited: ShownAmount;
  readonly openHolds: string;
}

/** The first figures, where the next ones come from, and the texts. */
export interface LiveBalanceProps {
  readonly url: string;
  readonly balance: ShownBalance;
  readonly texts: Readonly<
    Record<
      | "available"
      | "held"
      | "settled"
      | "credited"
      | "kyat"
      | "live"
      | "connecting"
      | "lost"
      | "off",
      string
    >
  >;
}

type Connection = "still" | "connecting" | "live" | "lost" | "off";

/** The figures; without scripts they stand still. */
export default function LiveBalance({ url, balance: first, texts }: LiveBalanceProps) {
  const [balance, setBalance] = useState(first);
  const [connection, setConnection] = useState<Connection>("still");
  useEffect(() => {
    setConnection("connecting");
    const source = new EventSource(url);
    source.addEventListener("open", () => setConnection("live"));
    source.addEventListener("balance", (event) => setBalance(JSON.parse(event.data)));
    source.addEventListener("error", () => {
      setConnection(source.readyState === EventSource.CLOSED ? "off" : "lost");
    });
    return () => source.close();
  }, [url]);
  return (
    <div class="balance">
      <div class="balance-main">
        <p class="balance-label">
          {texts.available}
          <LiveMark connection={connection} texts={texts} />
        </p>
        <p class="balance-figure" aria-live="polite" aria-atomic="true">
          <Amount amount={balance.available} unit={texts.kyat} />
        </p>
      </div>
      <dl class="balance-parts">
        <div>
          <dt>{texts.held}</dt>
          <dd>
            <Amount amount={balance.held} unit={texts.kyat} />
            {balance.openHolds !== "0" && <span class="count">{balance.openHolds}</span>}
          </dd>
        </div>
        <div>
          <dt>{texts.settled}</dt>
          <dd>
            <Amount amount={balance.settled} unit={texts.kyat} />
          </dd>
        </div>
        <div>
          <dt>{texts.credited}</dt>
          <dd>
            <Amount amount={balance.credited} unit={texts.kyat} />
          </dd>
        </div>
      </dl>
    </div>
  );
}

function Amount({ amount, unit }: { amount: ShownAmount; unit: string }) {
  return (
    <span class="money">
      {amount.whole}
      <span class="money-fraction">{amount.fraction}</span> <span class="money-unit">{unit}</span>
    </span>
  );
}

function LiveMark(
  { connection, texts }: { connection: Connection; texts: LiveBalanceProps["texts"] },
) {
  if (connection === "still") return null;
  const text = texts[connection];
  return <span class={`live-mark live-${connection}`}>{text}</span>;
}
