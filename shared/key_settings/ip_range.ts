/**
 * Ranges of IP addresses in CIDR notation (RFC 4632, RFC 4291), and whether an address is in one.
 * An IPv4 address and its IPv4-mapped IPv6 form (`::ffff:192.0.2.1`) are the same address.
 *
 * @module
 */

/** A range: the addresses of one family whose first `prefixLength` bits are those of `value`. */
export interface IpRange {
  readonly family: 4 | 6;
  readonly value: bigint;
  /** 0 to 32 for IPv4, 0 to 128 for IPv6. */
  readonly prefixLength: number;
}

const MAPPED_PREFIX = 0xffffn << 32n;
const BITS = { 4: 32, 6: 128 } as const;

/** Parses `192.0.2.0/24`, `2001:db8::/32` or a single address; null when it is neither. */
export function parseIpRange(text: string): IpRange | null {
  const [address, length, ...rest] = text.split("/");
  if (address === undefined || rest.length > 0) return null;
  const parsed = parseAddress(address);
  if (parsed === null) return null;
  const written = BITS[parsed.family];
  if (length !== undefined && !/^(0|[1-9]\d{0,2})$/.test(length)) return null;
  const prefixLength = length === undefined ? written : parseInt(length, 10);
  if (prefixLength > written) return null;
  return unmapped({ ...parsed, prefixLength });
}

/**
 * Builds a test whether an address is in one of the ranges. What is no address is in none. Throws
 * RangeError naming a range that is none.
 */
export function ipRangeMatcher(ranges: readonly string[]): (address: string) => boolean {
  const parsed = ranges.map((text) => {
    const range = parseIpRange(text);
    if (range === null) throw new RangeError(`${text} is no range of IP addresses`);
    return range;
  });
  return (address) => {
    // A zone names an interface of this machine, not another address.
    const single = address.includes("/") ? null : parseIpRange(address.replace(/%.*$/, ""));
    return single !== null && parsed.some((range) => contains(range, single));
  };
}

function contains({ family, value, prefixLength }: IpRange, address: IpRange): boolean {
  if (family !== address.family) return false;
  const hostBits = BigInt(BITS[family] - prefixLength);
  return value >> hostBits === address.value >> hostBits;
}

/** The IPv4 range that a range of IPv4-mapped addresses stands for; others as they are. */
function unmapped(range: IpRange): IpRange {
  const { family, value, prefixLength } = range;
  if (family === 4 || prefixLength < 96 || value >> 32n !== MAPPED_PREFIX >> 32n) return range;
  return { family: 4, value: value & 0xffff_ffffn, prefixLength: prefixLength - 96 };
}

type Address = Pick<IpRange, "family" | "value">;

function parseAddress(text: string): Address | null {
  const value = text.includes(":") ? parseIpv6(text) : parseIpv4(text);
  return value === null ? null : { family: text.includes(":") ? 6 : 4, value };
}

/** Four decimal bytes; leading zeros are refused, because some read them as octal. */
function parseIpv4(text: string): bigint | null {
  const parts = text.split(".");
  if (parts.length !== 4) return null;
  let value = 0n;
  for (const part of parts) {
    if (!/^(0|[1-9]\d{0,2})$/.test(part)) return null;
    const byte = BigInt(part);
    if (byte > 255n) return null;
    value = (value << 8n) | byte;
  }
  return value;
}

/** Eight groups, of which one `::` stands for at least one, the last two perhaps as IPv4. */
function parseIpv6(text: string): bigint | null {
  const halves = text.split("::");
  if (halves.length > 2) return null;
  const [head, tail] = halves.map((half, index) => groupsOf(half, index === halves.length - 1));
  if (head === undefined || head === null || tail === null) return null;
  const missing = 8 - head.length - (tail?.length ?? 0);
  if (tail === undefined ? missing !== 0 : missing < 1) return null;
  const zeros = Array.from({ length: missing }, () => 0n);
  return [...head, ...zeros, ...(tail ?? [])].reduce((value, group) => (value << 16n) | group, 0n);
}

function groupsOf(half: string, isLast: boolean): bigint[] | null {
  if (half === "") return [];
  const groups: bigint[] = [];
  const parts = half.split(":");
  for (const [index, part] of parts.entries()) {
    if (isLast && index === parts.length - 1 && part.includes(".")) {
      const value = parseIpv4(part);
      if (value === null) return null;
      groups.push(value >> 16n, value & 0xffffn);
    } else {
      if (!/^[0-9a-fA-F]{1,4}$/.test(part)) return null;
      groups.push(BigInt(`0x${part}`));
    }
  }
  return groups;
}
