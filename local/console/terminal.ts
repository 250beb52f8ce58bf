import { colours } from "./colours";

/** Where progress goes. Colours and moving lines only on a terminal. */
export interface Terminal {
  /** A line that stays. */
  line(text?: string): void;
  /** Runs `work` under a title; the title shows what it is doing now and, in the end, how long it took. */
  step<Result>(title: string, work: (note: (detail: string) => void) => Promise<Result>): Promise<Result>;
}

export const symbols = { done: colours.green("✔"), failed: colours.red("✖"), busy: colours.cyan("…") } as const;

export function openTerminal(stream: NodeJS.WriteStream): Terminal {
  const moving = stream.isTTY === true;
  const line = (text = "") => void stream.write(`${text}\n`);
  return {
    line,
    async step(title, work) {
      const started = performance.now();
      const show = (text: string) => {
        if (moving) stream.write(`\r\u001b[2K${text.slice(0, (stream.columns ?? 120) - 1)}`);
      };
      const end = (symbol: string, detail: string) => {
        const seconds = ((performance.now() - started) / 1000).toFixed(1);
        if (moving) stream.write("\r\u001b[2K");
        line(`  ${symbol} ${title}${detail && `: ${detail}`} ${colours.dim(`${seconds} s`)}`);
      };
      let detail = "";
      show(`  ${symbols.busy} ${title}`);
      try {
        const result = await work((text) => {
          detail = text;
          show(`  ${symbols.busy} ${title}: ${text}`);
        });
        end(symbols.done, detail);
        return result;
      } catch (error) {
        end(symbols.failed, detail);
        throw error;
      }
    },
  };
}
