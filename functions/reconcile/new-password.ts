import { randomInt } from "node:crypto";

/** Without characters that people confuse when they copy them: 0 O, 1 l I. */
const alphabet = "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
const groups = 5;
const groupLength = 6;

/**
 * A strong random password: 30 of 57 characters (175 bits), in five groups with dashes between them, and with a
 * lower-case letter, an upper-case letter, a digit and a symbol (the dash), which a Cognito policy may ask for.
 */
export function newPassword(): string {
  for (;;) {
    const password = Array.from({ length: groups }, () =>
      Array.from({ length: groupLength }, () => alphabet.charAt(randomInt(alphabet.length))).join(""),
    ).join("-");
    if (/[a-z]/.test(password) && /[A-Z]/.test(password) && /[0-9]/.test(password)) return password;
  }
}
