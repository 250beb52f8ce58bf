const { readFileSync } = require("node:fs");

// GitHub takes 65,536 characters in a comment or issue; what stands around the text needs some of them.
const longest = 60_000;

/** The Markdown of a file, cut where GitHub would refuse it; `run` is where all of it can be read. */
exports.bodyOf = (file, run) => {
  const text = readFileSync(file, "utf8");
  if (text.length <= longest) return text;
  const kept = text.slice(0, longest);
  const isOpen = (kept.match(/^```/gm) ?? []).length % 2 === 1;
  return `${kept}${isOpen ? "\n```" : ""}\n\n… and more: [the log of this run](${run}) has all of it.`;
};

/** Where the run can be read. */
exports.runOf = ({ serverUrl, repo, runId }) => `${serverUrl}/${repo.owner}/${repo.repo}/actions/runs/${runId}`;
