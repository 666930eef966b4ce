/** A button that copies a text; it is there only where scripts run. @module */
import { useEffect, useState } from "preact/hooks";

/** What to copy, and the texts of the button. */
export interface CopyButtonProps {
  readonly text: string;
  readonly label: string;
  readonly doneLabel: string;
}

const SHOWN_MS = 2_000;

/** The button. Screen readers hear when the text was copied. */
export default function CopyButton({ text, label, doneLabel }: CopyButtonProps) {
  const [ready, setReady] = useState(false);
  const [done, setDone] = useState(false);
  useEffect(() => setReady(true), []);
  useEffect(() => {
    if (!done) return;
    const timer = setTimeout(() => setDone(false), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [done]);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setDone(true);
  };
  return (
    <button type="button" class="button button-quiet" hidden={!ready} onClick={copy}>
      <span aria-live="polite">{done ? doneLabel : label}</span>
    </button>
  );
}
