import { Signer } from "@aws-sdk/rds-signer";
import { type Ledger, type LedgerAddress, openLedger } from "../domain/ledger/ledger";
import { required } from "./environment";

/**
 * The ledger that the environment names (`DATABASE_HOST`, `_PORT`, `_NAME`, `_USER`), with IAM tokens for passwords.
 * The authority of RDS comes from `NODE_EXTRA_CA_CERTS`.
 */
export function connectLedger(options: Pick<LedgerAddress, "answerMilliseconds"> = {}): Ledger {
  const host = required("DATABASE_HOST");
  const port = Number(required("DATABASE_PORT"));
  const user = required("DATABASE_USER");
  const signer = new Signer({ hostname: host, port, username: user });
  const password = () => signer.getAuthToken();
  return openLedger({ host, port, database: required("DATABASE_NAME"), user, password, ...options });
}
