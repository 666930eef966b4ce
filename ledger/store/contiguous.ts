/** What every store demands of an append. @module */
import type { Batch } from "./event_store.ts";

/** Throws RangeError when positions have gaps, which is a mistake of the caller's. */
export function assertContiguous({ afterPosition, events, frame }: Batch): void {
  let expected = afterPosition + 1n;
  for (const { position } of events) {
    if (position !== expected) {
      throw new RangeError(`append expected position ${expected}, not ${position}`);
    }
    expected += 1n;
  }
  const framed = frame === null ? 0 : frame.count;
  if (framed !== events.length || (frame !== null && frame.firstPosition !== afterPosition + 1n)) {
    throw new RangeError(`the frame does not cover the ${events.length} events of the append`);
  }
}
