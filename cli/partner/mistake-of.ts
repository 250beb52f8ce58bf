import type * as z from "zod";

/** What the definition of a value in partner files says against an answer; undefined where it takes it. */
export function mistakeOf(definition: z.ZodType, answer: string | number): string | undefined {
  // Of several rules, the last that is broken says more.
  const issue = definition.safeParse(answer).error?.issues.at(-1);
  return issue && `it cannot be ${JSON.stringify(answer)}; ${issue.message}`;
}
