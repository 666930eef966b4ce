/** Tokens that show that a form came from our own page. @module */
import { createHmac, timingSafeEqual } from "node:crypto";

/** Makes and checks the tokens. */
export interface FormGuard {
  /** The token for forms shown to this visitor while signed in as `personId` (null: nobody). */
  token(visitor: string, personId: string | null): string;
  /** Whether `token` was made for this visitor and person. */
  accepts(token: string, visitor: string, personId: string | null): boolean;
}

/** Builds the guard over a secret of at least 32 characters. */
export function createFormGuard(secret: string): FormGuard {
  const token = (visitor: string, personId: string | null) =>
    createHmac("sha256", secret).update(`form\n${visitor}\n${personId ?? ""}`).digest("base64url");
  return {
    token,
    accepts(given, visitor, personId) {
      const expected = new TextEncoder().encode(token(visitor, personId));
      const actual = new TextEncoder().encode(given);
      return expected.length === actual.length && timingSafeEqual(expected, actual);
    },
  };
}
