import { Server, ServerCredentials } from "@grpc/grpc-js";

/** A gRPC server on this machine, as the engine attaches to it. */
export interface Serving {
  port: number;
  stop(): Promise<void>;
}

/** Bytes of one message; the engine allows itself as much, and a state with archives comes close to nothing of it. */
const messageLimit = 400 * 1024 * 1024;

/** Serves on a free port of 127.0.0.1 what `add` adds. */
export async function serve(add: (server: Server) => void): Promise<Serving> {
  const server = new Server({
    "grpc.max_receive_message_length": messageLimit,
    "grpc.max_send_message_length": messageLimit,
  });
  add(server);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  return {
    port,
    async stop() {
      server.forceShutdown();
    },
  };
}
