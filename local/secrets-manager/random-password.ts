import { randomInt } from "node:crypto";
import { AwsError } from "../aws-endpoint/aws-error";

export interface PasswordOptions {
  length?: number;
  excludeCharacters?: string;
  excludeNumbers?: boolean;
  excludePunctuation?: boolean;
  excludeUppercase?: boolean;
  excludeLowercase?: boolean;
  includeSpace?: boolean;
  requireEachIncludedType?: boolean;
}

/** A password as GetRandomPassword makes it: 32 characters of all types, at least one of each, where nothing is said. */
export function randomPassword(options: PasswordOptions = {}): string {
  const { length = 32, excludeCharacters = "", requireEachIncludedType = true } = options;
  const without = (characters: string) => [...characters].filter((character) => !excludeCharacters.includes(character));
  const types = [
    options.excludeLowercase ? "" : "abcdefghijklmnopqrstuvwxyz",
    options.excludeUppercase ? "" : "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    options.excludeNumbers ? "" : "0123456789",
    options.excludePunctuation ? "" : "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~",
    options.includeSpace ? " " : "",
  ]
    .map(without)
    .filter((type) => type.length > 0);
  const all = types.flat();
  const required = requireEachIncludedType ? types : [];
  if (all.length === 0 || required.length > length) {
    throw new AwsError("InvalidParameterException", "No password can be made of what is left of the characters.");
  }
  const pick = (characters: string[]) => characters[randomInt(characters.length)] ?? "";
  const password = required.map(pick);
  while (password.length < length) password.push(pick(all));
  return shuffle(password).join("");
}

function shuffle(characters: string[]): string[] {
  for (let index = characters.length - 1; index > 0; index--) {
    const other = randomInt(index + 1);
    [characters[index], characters[other]] = [characters[other] ?? "", characters[index] ?? ""];
  }
  return characters;
}
