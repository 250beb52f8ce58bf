/**
 * Encodes a key as `application/x-www-form-urlencoded`, but for `/`: S3 does so in event records and in listings with
 * `encoding-type=url`. `red flower.jpg` becomes `red+flower.jpg`.
 */
export function formEncode(key: string): string {
  return encodeURIComponent(key)
    .replace(/%20/g, "+")
    .replace(/%2F/g, "/")
    .replace(/[!'()~]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}
