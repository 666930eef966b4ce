/** Links to the newer and the older page of a list. @module */

/** Nothing when there is only one page; the cursor goes into `?cursor=`, the filters stay. */
export function TurnPager(
  { url, cursors, texts }: {
    readonly url: URL;
    readonly cursors: { readonly newer: string | null; readonly older: string | null };
    readonly texts: { readonly newer: string; readonly older: string; readonly first: string };
  },
) {
  const { newer, older } = cursors;
  if (newer === null && older === null) return null;
  const to = (cursor: string | null) => {
    const query = new URLSearchParams(url.search);
    if (cursor === null) query.delete("cursor");
    else query.set("cursor", cursor);
    return `${url.pathname}?${query}`;
  };
  return (
    <nav class="pager" aria-label={texts.older}>
      {newer !== null && (
        <>
          <a class="button button-quiet button-small" href={to(null)}>{texts.first}</a>
          <a class="button button-quiet button-small" rel="prev" href={to(newer)}>
            ← {texts.newer}
          </a>
        </>
      )}
      {older !== null && (
        <a class="button button-quiet button-small" rel="next" href={to(older)}>
          {texts.older} →
        </a>
      )}
    </nav>
  );
}
