/** The mark: a sparrow, for that is what the name means. @module */

/** The sparrow, drawn in the current colour; decoration for those who see it. */
export function Sparrow() {
  return (
    <svg viewBox="0 0 32 32" aria-hidden="true" fill="currentColor">
      <path d="M3 21.5c3.2.4 5.6-.4 7.6-2.2l6.9-8.1c1.3-1.6 3-2.6 5.1-2.6 2.5 0 4.5 1.6 5 3.9l2.9 1.2-2.9 1.5c-.4 5.6-5 10.1-11 10.1-2.1 0-4-.5-5.7-1.5L4.6 26l2.6-3.6C5.7 22.5 4.3 22.2 3 21.5Z" />
      <circle cx="23.4" cy="12.2" r="1.1" fill="var(--surface)" />
      <path
        d="M12.2 19.7c3 .9 6.3.2 8.3-2.5"
        fill="none"
        stroke="var(--surface)"
        stroke-width="1.3"
        stroke-linecap="round"
      />
    </svg>
  );
}
