import type { PartnerAccess } from "../../domain/partner-access";

/** Sentences for "what comes next"; each says who does what, with the command where there is one. */

/** The pull request, from the edited files to the deployment. */
export function pullRequest(what: string): string {
  return `Open a pull request. Its plan says what ${what} means, its preview which resources change; merged, it is deployed.`;
}

/** How an operator hands a password over that the deployment issues. */
export function passwordHandOver(stack: string, username: string): string {
  const secret = `quayside/${stack}/login/${username}`;
  return `The deployment issues the password and keeps it for hand-over. Give it to the partner by a way that is not e-mail:
      aws secretsmanager get-secret-value --secret-id ${secret} --query SecretString --output text | jq -r .password`;
}

/** How an operator fills the secret of a destination. */
export function pushSecret(
  stack: string,
  { originalId }: Pick<PartnerAccess, "originalId">,
  destination: string,
  authentication: "password" | "key",
): string {
  const secret = `quayside/${stack}/push/${originalId}/${destination}`;
  // Piped, so that it is in no file that could be committed, and in no list of processes.
  const credentials =
    authentication === "password"
      ? `IFS= read -rs password; printf %s "$password" | jq -R '{password: .}' |`
      : "jq -n --rawfile privateKey ~/.ssh/id_ed25519 '{$privateKey}' |";
  const typed = authentication === "password" ? " (it waits for the password, and does not show it)" : "";
  return `The deployment makes the empty secret ${secret}. Fill it before the first delivery${typed}:
      ${credentials}
        aws secretsmanager put-secret-value --secret-id ${secret} --secret-string file:///dev/stdin`;
}

/** What to send to a partner whose servers or clients have to let us in or find us. */
export const tellAddresses = (stack: string) =>
  `Tell the partner where to connect to, and the fingerprint that it will see:
      pulumi stack output --stack ${stack} hostname
      pulumi stack output --stack ${stack} hostKeyFingerprint`;

export const tellNatAddresses = (stack: string) =>
  `Tell the partner from which addresses we connect, where the stack has \`egress: nat\`:
      pulumi stack output --stack ${stack} natAddresses`;

export const confirmFingerprint = (destination: string, fingerprint: string) =>
  `Have the partner confirm the host key of ${destination}, by telephone or its web site: ${fingerprint}`;
