const { bodyOf, runOf } = require("./body.cjs");

/**
 * Keeps one issue for a stack that is not as its files say: opened at the first drift, rewritten while it lasts, closed
 * when it is over.
 * @param file Markdown of what differs.
 */
module.exports = async ({ github, context }, { stack, drifted, file }) => {
  const label = "drift";
  const title = `The stack ${stack} is not as its files say`;
  const open = await github.paginate(github.rest.issues.listForRepo, { ...context.repo, labels: label, state: "open" });
  const own = open.find((issue) => issue.title === title);
  const issue = own && { ...context.repo, issue_number: own.number };
  if (!drifted) {
    if (!issue) return;
    await github.rest.issues.createComment({ ...issue, body: `It is again: ${runOf(context)}` });
    await github.rest.issues.update({ ...issue, state: "closed", state_reason: "completed" });
    return;
  }
  const body = [
    "Somebody or something changed resources outside of this repository, or the comparison failed. Either deploy again,",
    `which undoes it, or write the change down in the files. Found by ${runOf(context)}.`,
    "",
    bodyOf(file, runOf(context)),
  ].join("\n");
  if (issue) await github.rest.issues.update({ ...issue, body });
  else await github.rest.issues.create({ ...context.repo, title, body, labels: [label] });
};
