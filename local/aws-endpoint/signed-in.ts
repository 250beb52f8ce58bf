import { type AwsCredentials, CredentialRegistry } from "./credentials";
import { type AwsEndpoint, type AwsEndpointOptions, startAwsEndpoint } from "./server";

export interface SignedInEndpoint extends AwsEndpoint {
  credentials: AwsCredentials;
  /** What an SDK client needs: region, endpoint and the credentials of one role. One attempt, so that errors show. */
  client: { region: string; endpoint: string; credentials: AwsCredentials; maxAttempts: 1 };
}

/** An endpoint and a role signed in at it, for tests that talk to one stand-in with a real SDK client. */
export async function startSignedIn(options: Omit<AwsEndpointOptions, "credentials"> = {}): Promise<SignedInEndpoint> {
  const registry = new CredentialRegistry();
  const credentials = registry.issue({ roleArn: "arn:aws:iam::000000000000:role/tester" });
  const endpoint = await startAwsEndpoint({ ...options, credentials: registry });
  const client = { region: "eu-central-1", endpoint: endpoint.url, credentials, maxAttempts: 1 } as const;
  return { ...endpoint, credentials, client };
}
