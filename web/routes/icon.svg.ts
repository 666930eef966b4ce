/** The site's icon. */
import { define } from "../state.ts";

const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">
<rect width="32" height="32" rx="7" fill="#8a4322"/>
<path fill="#fffaf5" d="M5 20.500c2.600.3 4.500-.3 6.100-1.800l5.500-6.500c1-1.300 2.400-2.100 4.100-2.100 2 0 3.600 1.300 4 3.100l2.300 1-2.300 1.200c-.3 4.500-4 8.100-8.800 8.100-1.700 0-3.200-.4-4.600-1.200L6.300 24l2.100-2.900c-1.200.1-2.300-.1-3.400-.6Z"/>
</svg>`;

export const handler = define.handlers({
  GET: () =>
    new Response(ICON, {
      headers: { "content-type": "image/svg+xml", "cache-control": "public, max-age=86400" },
    }),
});
