import { generate } from "selfsigned";

/** An authority, or a certificate that it signed; both PEM. */
export interface KeyedCertificate {
  certificate: string;
  privateKey: string;
}

/** The authority that stands for RDS's own. It can be there before any database is, so that everybody knows it. */
export async function createCertificateAuthority(): Promise<KeyedCertificate> {
  const { cert, private: privateKey } = await generate([{ name: "commonName", value: "Quayside local authority" }], {
    keyType: "ec",
    algorithm: "sha256",
    extensions: [
      { name: "basicConstraints", cA: true, critical: true },
      { name: "keyUsage", keyCertSign: true, critical: true },
    ],
  });
  return { certificate: cert, privateKey };
}

/** A certificate for servers on 127.0.0.1. */
export async function serverCertificate(authority: KeyedCertificate): Promise<KeyedCertificate> {
  const { cert, private: privateKey } = await generate([{ name: "commonName", value: "127.0.0.1" }], {
    keyType: "ec",
    algorithm: "sha256",
    ca: { cert: authority.certificate, key: authority.privateKey },
    extensions: [
      { name: "basicConstraints", cA: false },
      { name: "keyUsage", digitalSignature: true },
      { name: "extKeyUsage", serverAuth: true },
      { name: "subjectAltName", altNames: [{ type: 7, ip: "127.0.0.1" }] },
    ],
  });
  return { certificate: cert, privateKey };
}
