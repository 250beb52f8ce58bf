import type { Client } from "ssh2";
import SftpClient from "ssh2-sftp-client";

const quiet = { error: () => {}, end: () => {}, close: () => {} };

/**
 * A client for tests: it prints nothing when its connection ends, takes any number of requests at once, and does not
 * wait 40 ms for the operating system to put its small packets together.
 */
export async function quietClient(options: SftpClient.ConnectOptions): Promise<SftpClient> {
  // The types lack the second argument.
  const client: SftpClient = new (SftpClient as unknown as new (name: string, callbacks: object) => SftpClient)(
    "",
    quiet,
  );
  connectionOf(client).setMaxListeners(0);
  await client.connect({ host: "127.0.0.1", ...options });
  connectionOf(client).setNoDelay(true);
  return client;
}

/** The SSH connection below the client. */
export const connectionOf = (client: SftpClient): Client => (client as unknown as { client: Client }).client;
