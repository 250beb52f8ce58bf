import { Socket } from "node:net";
import type { Client } from "ssh2";
import SftpClient from "ssh2-sftp-client";

const quiet = { error: () => {}, end: () => {}, close: () => {} };

/**
 * Logs in as a partner would, for samples and tests: the client prints nothing when its connection ends, takes any number
 * of requests at once, and does not wait 40 ms for the operating system to put its small packets together, which a
 * handshake does five times. Rejects as the server refuses.
 */
export async function quietClient({
  host = "127.0.0.1",
  port = 22,
  localAddress,
  ...options
}: SftpClient.ConnectOptions): Promise<SftpClient> {
  // The types lack the second argument.
  const client: SftpClient = new (SftpClient as unknown as new (name: string, callbacks: object) => SftpClient)(
    "",
    quiet,
  );
  connectionOf(client).setMaxListeners(0);
  const sock = new Socket().setNoDelay(true).connect({ host, port, ...(localAddress && { localAddress }) });
  await client.connect({ ...options, sock });
  return client;
}

/** The SSH connection below the client. */
export const connectionOf = (client: SftpClient): Client => (client as unknown as { client: Client }).client;
