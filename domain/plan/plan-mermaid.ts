import type { FlowChange, Plan } from "./plan";

/** More make a picture that nobody reads, and GitHub draws at most 500. */
const mostEdges = 60;

const styles = {
  started: "stroke:#1a7f37,stroke-width:2px",
  stopped: "stroke:#cf222e,stroke-width:2px,stroke-dasharray:5 5",
  changed: "stroke:#9a6700,stroke-width:2px",
};

/**
 * The affected flows as a Mermaid flowchart: from publisher to subscriber, green where one starts, red and dashed where
 * it stops, ochre where it changes. Null where none is affected. `left` says how many did not fit.
 */
export function planMermaid({ flows }: Plan): { text: string; left: number } | null {
  const edges = distinctEdges(flows);
  if (edges.length === 0) return null;
  const shown = edges.slice(0, mostEdges);
  const ids = new Map<string, string>();
  const idOf = (partner: string) => {
    const id = ids.get(partner) ?? `p${ids.size}`;
    ids.set(partner, id);
    return id;
  };
  const arrows = shown.map(({ publisher, subscriber, label, change }) => {
    const arrow = change === "stopped" ? "-.->" : "-->";
    return `  ${idOf(publisher)} ${arrow}|"${quoted(label)}"| ${idOf(subscriber)}`;
  });
  const nodes = [...ids].map(([partner, id]) => `  ${id}["${quoted(partner)}"]`);
  const links = shown.map(({ change }, index) => `  linkStyle ${index} ${styles[change]}`);
  return { text: ["flowchart LR", ...nodes, ...arrows, ...links].join("\n"), left: edges.length - shown.length };
}

interface Edge {
  publisher: string;
  subscriber: string;
  label: string;
  change: FlowChange["change"];
}

/** Flows from several folders of one publisher are one arrow. */
function distinctEdges(flows: readonly FlowChange[]): Edge[] {
  const edges = new Map<string, Edge>();
  for (const { publisher, subscriber, fileGroup, match, form, change } of flows) {
    const label = `${fileGroup}${match === null ? "" : ` ${match}`}${form === "as they came" ? "" : `, ${form}`}`;
    edges.set([publisher, subscriber, label, change].join("\n"), { publisher, subscriber, label, change });
  }
  return [...edges.values()];
}

/** Mermaid's own escapes: `#` and a decimal number, or a name, and `;`. */
const quoted = (text: string) => text.replace(/["#;<>&`\\|]/g, (character) => `#${character.charCodeAt(0)};`);
