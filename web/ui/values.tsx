/** Amounts and times. @module */
import { kyatParts, timeInYangon } from "../format/mod.ts";

/** An amount in microkyat, given as decimal text; a dash when null. `unit` is shown when given. */
export function Money(
  { microKyat, unit, minimumDecimals = 2 }: {
    readonly microKyat: string | null;
    readonly unit?: string;
    readonly minimumDecimals?: number;
  },
) {
  if (microKyat === null) return <span class="quiet">–</span>;
  const { whole, fraction } = kyatParts(microKyat, minimumDecimals);
  return (
    <span class="money">
      {whole}
      <span class="money-fraction">{fraction}</span>
      {unit !== undefined && <span class="money-unit">&nbsp;{unit}</span>}
    </span>
  );
}

/** A moment in Yangon's time; a dash when null. */
export function Time({ atMs }: { readonly atMs: number | null }) {
  if (atMs === null) return <span class="quiet">–</span>;
  const shown = timeInYangon(atMs);
  return <time class="nowrap" datetime={`${shown.replace(" ", "T")}+06:30`}>{shown}</time>;
}
