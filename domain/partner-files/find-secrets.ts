import type { Problem } from "../problem";
import type { FileMap } from "./read-partner-folder";

/** A kind of secret by the form that gives it away. A group named `secret` is what has to look made up. */
interface SecretForm {
  what: string;
  form: RegExp;
}

const privateKeys: SecretForm[] = [
  { what: "a private key", form: /-----BEGIN [A-Z0-9 ]*PRIVATE KEY( BLOCK)?-----/ },
  { what: "a PuTTY private key", form: /^PuTTY-User-Key-File-\d/ },
];

/** Prefixes are those that the issuers document, so that scanners can find their tokens. */
const everywhereElse: SecretForm[] = [
  ...privateKeys,
  { what: "an AWS access key", form: /\b(?:AKIA|ASIA)[A-Z2-7]{16}\b/ },
  { what: "an AWS secret key", form: /aws.{0,20}secret.{0,20}[:=]\s*["']?[A-Za-z0-9/+]{40}\b/i },
  { what: "a GitHub token", form: /\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{22,})/ },
  { what: "a GitLab token", form: /\bglpat-[A-Za-z0-9_-]{20,}/ },
  { what: "a Slack token", form: /\bxox[abprs]-[A-Za-z0-9-]{10,}/ },
  { what: "a Pulumi token", form: /\bpul-[0-9a-f]{40}\b/ },
  { what: "an npm token", form: /\bnpm_[A-Za-z0-9]{36}\b/ },
  { what: "a Google API key", form: /\bAIza[A-Za-z0-9_-]{35}/ },
  { what: "a JSON web token", form: /\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}/ },
  { what: "a password in a URL", form: /\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@"']+:(?<secret>[^\s/@"']{3,})@/i },
  {
    what: "a password",
    form: /(?:^|[^a-z0-9])(?:pass(?:word|phrase|wd)?|pwd|pw|secret|token|api[ _-]?key)["']?\s*(?:is|[:=])\s*["']?(?<secret>[^\s"',}]{6,})/i,
  },
];

/**
 * Secrets that were pasted into partner files, comments included. In samples only private keys are looked for: they
 * are other people's data. What was found is never repeated.
 */
export function findSecrets(files: FileMap): Problem[] {
  const problems: Problem[] = [];
  for (const [file, content] of files) {
    // A key file is parsed as one, and says so itself.
    if (/^[^/]+\/keys\/[^/.][^/]*\.pub$/.test(file)) continue;
    const isSample = /^[^/]+\/samples\//.test(file) && !file.includes("/.");
    const forms = isSample ? privateKeys : everywhereElse;
    // A sample may be large and no text at all.
    const text = Buffer.from(content).toString(isSample ? "latin1" : "utf8");
    // Most files hold none, and all of a file is searched much faster than its lines one by one.
    const likely = forms.filter(({ form }) => new RegExp(form, `${form.flags}m`).test(text));
    if (likely.length === 0) continue;
    for (const [index, line] of text.split("\n").entries()) {
      const found = firstSecret(line, likely);
      if (found === undefined) continue;
      problems.push({
        file,
        line: index + 1,
        column: found.column,
        message: `this looks like ${found.what}`,
        fix: "take it out of Git and its history and have it revoked; secrets belong into Secrets Manager",
      });
    }
  }
  return problems;
}

function firstSecret(line: string, forms: readonly SecretForm[]): { what: string; column: number } | undefined {
  for (const { what, form } of forms) {
    const match = form.exec(line);
    if (!match) continue;
    const secret = match.groups?.secret;
    if (secret === undefined) return { what, column: match.index + 1 };
    if (isMadeUp(secret)) return { what, column: match.index + match[0].lastIndexOf(secret) + 1 };
  }
  return undefined;
}

/** Whether a word is no word: it mixes letters with digits or signs. Placeholders (`<…>`, `{…}`, `…`) are none. */
function isMadeUp(word: string): boolean {
  if (/^[<{$*]|\.\.\.|…/.test(word)) return false;
  return /[a-z]/i.test(word) && (/\d/.test(word) || /[!@#$%^&*+=~?]/.test(word.slice(0, -1)));
}
