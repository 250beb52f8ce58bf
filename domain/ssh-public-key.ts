import { createHash } from "node:crypto";

/** An SSH public key as Transfer Family and our own checks want it. */
export interface SshPublicKey {
  /** `ssh-ed25519`, `ssh-rsa` or `ecdsa-sha2-nistp256|384|521`. */
  type: string;
  /** Size in bits. */
  bits: number;
  /** One line without options and comment: `ssh-ed25519 AAAA…`. */
  line: string;
  /** As `ssh-keygen -l` prints it: `SHA256:…`. */
  fingerprint: string;
}

/** Why a text is not a key that may be used, and what to do. */
export interface KeyMistake {
  message: string;
  fix: string;
}

/** Longest key body that Transfer Family stores, in characters (API shape SshPublicKeyBody). */
const longestKeyBody = 2048;
const curveBits: Record<string, number> = { nistp256: 256, nistp384: 384, nistp521: 521 };

/**
 * Parses a one-line OpenSSH public key (`type base64 [comment]`). Anything that would be refused at login, or should
 * be, is a mistake: a private key, RFC 4716 text, options in front, DSA, certificates and hardware-bound types that
 * Transfer Family does not know, RSA below 2,048 bits, a body that contradicts its type or is not canonical base64
 * (else one key would have several spellings).
 */
export function parseSshPublicKey(text: string): SshPublicKey | KeyMistake {
  const trimmed = text.trim();
  const wrongForm = mistakeOfForm(trimmed);
  if (wrongForm) return wrongForm;
  const [type = "", body = ""] = trimmed.split(/[ \t]+/);
  const wrongType = mistakeOfType(type);
  if (wrongType) return wrongType;
  const line = `${type} ${body}`;
  if (line.length > longestKeyBody) {
    return {
      message: `the key has ${line.length} characters and Transfer Family takes ${longestKeyBody}`,
      fix: "ask for an Ed25519 key",
    };
  }
  const bytes = Buffer.from(body, "base64");
  if (bytes.toString("base64") !== body) return broken("its body is not base64");
  const fields = readFields(bytes);
  if (fields === undefined || fields.length === 0) return broken("its body ends too early or has bytes left over");
  const innerType = fields[0]?.toString("latin1");
  if (innerType !== type) return broken(`it says ${type} and its body says ${innerType?.slice(0, 40)}`);
  const bits = sizeOf(type, fields);
  if (typeof bits === "string") return broken(bits);
  if (type === "ssh-rsa" && bits < 2048) {
    return {
      message: `an RSA key of ${bits} bits is too weak`,
      fix: "ask for an Ed25519 key, or RSA with 3,072 bits or more",
    };
  }
  const digest = createHash("sha256").update(bytes).digest("base64").replace(/=+$/, "");
  return { type, bits, line, fingerprint: `SHA256:${digest}` };
}

export const isKeyMistake = (result: SshPublicKey | KeyMistake): result is KeyMistake => "message" in result;

function mistakeOfForm(text: string): KeyMistake | undefined {
  if (text === "") return { message: "there is no key here", fix: "put the public key here, or delete this" };
  // The armour of every kind; not the words alone, which may be somebody's comment.
  if (/---- ?BEGIN [A-Z0-9 ]*PRIVATE KEY/.test(text)) {
    return {
      message: "this is a private key",
      fix: "remove it from Git and its history, have the partner make a new pair, and commit only the .pub half",
    };
  }
  if (text.startsWith("---- BEGIN SSH2 PUBLIC KEY")) {
    return { message: "the key is in RFC 4716 form", fix: "convert it: ssh-keygen -i -m RFC4716 -f FILE" };
  }
  if (text.startsWith("-----BEGIN")) {
    return { message: "the key is in PEM form", fix: "convert it: ssh-keygen -i -m PKCS8 -f FILE" };
  }
  if (text.startsWith("PuTTY-User-Key-File")) {
    return {
      message: "this is a PuTTY key file, with its private half",
      fix: 'copy the "OpenSSH public key" that PuTTYgen shows',
    };
  }
  if (/[\r\n]/.test(text)) {
    return {
      message: "a key is one line, and here are more",
      fix: "give each key a file, or a list entry, of its own",
    };
  }
  return undefined;
}

function mistakeOfType(type: string): KeyMistake | undefined {
  if (type === "ssh-ed25519" || type === "ssh-rsa" || /^ecdsa-sha2-nistp(256|384|521)$/.test(type)) return undefined;
  const fix = "ask for an Ed25519, ECDSA or RSA key";
  if (type === "ssh-dss") return { message: "DSA keys are no longer safe", fix };
  if (type.startsWith("sk-")) return { message: `Transfer Family does not know hardware keys (${type})`, fix };
  if (type.includes("-cert-"))
    return { message: "this is a certificate, not a key", fix: "ask for the public key itself" };
  return {
    message: "this is not an OpenSSH public key",
    fix: 'a key is one line that starts with its type: "ssh-ed25519 AAAA… comment", with no options or host before it',
  };
}

const broken = (reason: string): KeyMistake => ({
  message: `the key is damaged: ${reason}`,
  fix: "copy the whole line of the .pub file again",
});

/** The length-prefixed fields of a key body (RFC 4251 section 5), or undefined where they do not add up. */
function readFields(body: Buffer): Buffer[] | undefined {
  const fields: Buffer[] = [];
  let offset = 0;
  while (offset < body.length) {
    if (offset + 4 > body.length) return undefined;
    const length = body.readUInt32BE(offset);
    offset += 4;
    if (offset + length > body.length) return undefined;
    fields.push(body.subarray(offset, offset + length));
    offset += length;
  }
  return fields;
}

/** The key's size in bits, or what is wrong with its fields. */
function sizeOf(type: string, fields: readonly Buffer[]): number | string {
  if (type === "ssh-rsa") {
    const [, exponent, modulus] = fields;
    if (fields.length !== 3 || !exponent || !modulus) return "an RSA body has an exponent and a modulus";
    if (!isPositive(exponent) || !isPositive(modulus)) return "its exponent and modulus are not positive numbers";
    return BigInt(`0x${modulus.toString("hex")}`).toString(2).length;
  }
  if (type === "ssh-ed25519") {
    return fields.length === 2 && fields[1]?.length === 32 ? 256 : "an Ed25519 body has 32 bytes";
  }
  const curve = type.slice("ecdsa-sha2-".length);
  if (fields.length !== 3 || fields[1]?.toString("latin1") !== curve) return `its body is not on the curve ${curve}`;
  const bits = curveBits[curve] ?? 0;
  const point = fields[2];
  if (point?.length !== 1 + 2 * Math.ceil(bits / 8)) return "its curve point has the wrong length";
  return point[0] === 4 ? bits : "its curve point is not in the uncompressed form";
}

/** Whether an mpint (RFC 4251 section 5) is above zero and as short as it can be. */
const isPositive = ([first = 0x80, second = 0]: Buffer) => first < 0x80 && (first > 0 || second >= 0x80);
