/** Small choices that a browser keeps in cookies. @module */

const YEAR_S = 365 * 24 * 60 * 60;
const MAX_COOKIES_LENGTH = 8_192;

/** The value of a cookie; null when it is not there. */
export function cookieOf(request: Request, name: string): string | null {
  const cookies = (request.headers.get("cookie") ?? "").slice(0, MAX_COOKIES_LENGTH);
  for (const part of cookies.split(";")) {
    const [key, ...rest] = part.trim().split("=");
    if (key === name) return rest.join("=");
  }
  return null;
}

/** A cookie that lasts a year, for this site alone and out of reach of scripts. */
export function setCookie(
  name: string,
  value: string,
  options: { readonly secure: boolean },
): string {
  const secure = options.secure ? "; Secure" : "";
  return `${name}=${value}; Path=/; Max-Age=${YEAR_S}; HttpOnly; SameSite=Lax${secure}`;
}

/** A path on this site that is safe to lead to; `/` for anything else. */
export function localPath(given: string): string {
  return /^\/(?![/\\])[^\s\\]{0,2000}$/.test(given) ? given : "/";
}
