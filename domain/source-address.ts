import { BlockList, isIP } from "node:net";

/**
 * Whether an IP address lies in one of the CIDR blocks. No block at all means anywhere. IPv4 counts as the part
 * `::ffff:0:0/96` of IPv6, so `::/0` holds every address and `0.0.0.0/0` every one of IPv4.
 */
export function addressIsIn(address: string, cidrs: readonly string[]): boolean {
  if (cidrs.length === 0) return true;
  // An IPv4 client of a dual-stack socket shows up as ::ffff:203.0.113.7.
  const plain = address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, "");
  const family = isIP(plain);
  if (family === 0) return false;
  const blocks = new BlockList();
  for (const cidr of cidrs) {
    const [network = "", length] = cidr.split("/");
    blocks.addSubnet(network, Number(length), isIP(network) === 6 ? "ipv6" : "ipv4");
  }
  return blocks.check(plain, family === 6 ? "ipv6" : "ipv4");
}

/** Why a text is not a CIDR block, with the text that was probably meant, or undefined where it is one. */
export function cidrMistake(text: string): { message: string; fix: string } | undefined {
  const [network = "", length, ...rest] = text.split("/");
  // A zone (fe80::1%eth0) names an interface of one machine; no address that comes in over the network has one.
  const family = network.includes("%") ? 0 : isIP(network);
  if (family === 0 || rest.length > 0) {
    return { message: `"${text}" is not an address block`, fix: "write it like 203.0.113.0/24 or 2001:db8::/32" };
  }
  const bits = family === 4 ? 32 : 128;
  if (length === undefined) {
    return { message: `"${text}" has no prefix length`, fix: `write ${network}/${bits} for this one address` };
  }
  if (!/^(0|[1-9]\d{0,2})$/.test(length) || Number(length) > bits) {
    return { message: `"/${length}" is not a prefix length`, fix: `use a number from 0 to ${bits}` };
  }
  const first = firstAddress(network, Number(length));
  if (first !== undefined && first !== network) {
    return {
      message: `"${text}" has address bits set beyond its prefix length`,
      fix: `write ${first}/${length} for the block, or ${network}/${bits} for the one address`,
    };
  }
  return undefined;
}

/** The first address of an IPv4 block; undefined for IPv6, whose spellings are too many to compare as text. */
function firstAddress(network: string, length: number): string | undefined {
  if (isIP(network) !== 4) return undefined;
  const value = network.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
  const size = 2 ** (32 - length);
  const first = Math.floor(value / size) * size;
  return [24, 16, 8, 0].map((shift) => Math.floor(first / 2 ** shift) % 256).join(".");
}
