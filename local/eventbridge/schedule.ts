import { AwsError } from "../aws-endpoint/aws-error";

const units = { minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;

/** Milliseconds between two runs of `rate(5 minutes)`. Throws ValidationException; `cron(…)` is refused by name. */
export function scheduleInterval(expression: string): number {
  if (expression.startsWith("cron(")) {
    throw new AwsError("ValidationException", `Cron schedules have no local stand-in: ${expression}; use rate(…).`);
  }
  const [, count, unit, plural] = /^rate\((\d+) (minute|hour|day)(s?)\)$/.exec(expression) ?? [];
  const number = Number(count);
  // AWS insists on "1 minute" and "2 minutes".
  if (!unit || number < 1 || (number === 1) !== (plural === "")) {
    throw new AwsError("ValidationException", "Parameter ScheduleExpression is not valid.");
  }
  return number * units[unit as keyof typeof units];
}
