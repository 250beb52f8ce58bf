type OptionValue = string | readonly string[] | boolean | undefined;

/** A command of `npm run partner` as somebody would type it in a POSIX shell: options without a value are left out. */
export function commandLine(command: string, id: string, options: Readonly<Record<string, OptionValue>>): string {
  const words = Object.entries(options).flatMap(([option, value]) => {
    if (value === undefined || value === false) return [];
    if (value === true) return [`--${option}`];
    return (typeof value === "string" ? [value] : value).map((one) => `--${option} ${quoted(one)}`);
  });
  return ["npm run partner --", command, id, ...words].join(" ");
}

/** As one word of a shell, whatever is in it. */
const quoted = (word: string) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);
