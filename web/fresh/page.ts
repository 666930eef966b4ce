/** What a handler gives to its page. @module */

/** The data of a page with the status and headers of its response. */
export interface PageResponse<Data> {
  readonly data: Data;
  readonly status: number;
  readonly headers: HeadersInit;
}

/** Renders the route's page with `data`; the status is 200 unless given. */
export function page<Data>(
  data: Data,
  options: { readonly status?: number; readonly headers?: HeadersInit } = {},
): PageResponse<Data> {
  return { data, status: options.status ?? 200, headers: options.headers ?? {} };
}
