/** Who is calling, between rooms. @module */
export { signServiceToken, verifyServiceToken } from "./token.ts";
