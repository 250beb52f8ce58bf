import { printable } from "../printable";
import type { Change, Plan } from "./plan";
import { planMermaid } from "./plan-mermaid";
import { ofRisk, planSummary } from "./plan-summary";
import { count } from "./words";

/** Longest comment, in characters. GitHub takes 65,536, and another tool may add a line or two. */
const longest = 60_000;

/**
 * The plan as a comment on a pull request: what needs a close look first, the picture of the flows, and everything by
 * partner, folded. What does not fit is left out and counted.
 */
export function planMarkdown(plan: Plan): string {
  const dangers = ofRisk(plan, "danger");
  const notices = ofRisk(plan, "notice");
  const ending = (left: number) =>
    left === 0 ? "" : `\n…and ${count(left, "more change")}: this comment is full, the job's log has them all.\n`;
  let text = `### Partners: ${escaped(planSummary(plan))}\n`;
  if (plan.refusal !== null) text += `\n> [!CAUTION]\n> Refused: ${escaped(plan.refusal)}\n`;
  for (const note of plan.notes) text += `\n> [!NOTE]\n> ${escaped(note)}\n`;
  let left = 0;
  const add = (block: string, changes: number) => {
    if (text.length + block.length > longest - 200) left += changes;
    else text += block;
  };
  for (const [title, changes] of [
    ["Dangerous", dangers],
    ["To note", notices],
  ] as const) {
    if (changes.length > 0) add(`\n**${title}**\n\n`, 0);
    // Each is in the list by partner as well, so it is counted there.
    for (const change of changes) add(item(change), 0);
  }
  const picture = planMermaid(plan);
  if (picture !== null) {
    const more = picture.left === 0 ? "" : `\n…and ${count(picture.left, "more flow")}.\n`;
    add(
      `\n**Flows** (green: starts, red: stops, ochre: changes)\n\n\`\`\`mermaid\n${picture.text}\n\`\`\`\n${more}`,
      0,
    );
  }
  for (const [partner, changes] of Map.groupBy(plan.changes, (change) => change.partner)) {
    const title = `${escaped(partner)}: ${count(changes.length, "change")}`;
    const items = changes.map(item).join("");
    add(`\n<details><summary>${title}</summary>\n\n${items}\n</details>\n`, changes.length);
  }
  return text + ending(left);
}

const marks = { danger: "🔴 ", notice: "🟡 ", none: "" };

function item({ risk, sentence, because }: Change): string {
  const reason = because === null ? "" : ` — *${escaped(because)}*`;
  return `- ${marks[risk]}${escaped(sentence)}${reason}\n`;
}

/** As it is meant: no emphasis, no HTML, nobody mentioned, no issue linked. */
function escaped(text: string): string {
  return printable(text)
    .replace(/[\\`*_{}[\]<>|~]/g, (character) => (character === "<" ? "&lt;" : `\\${character}`))
    .replaceAll("@", "&#64;")
    .replaceAll("#", (character, offset: number, whole: string) => (whole[offset - 1] === "&" ? character : "&#35;"));
}
