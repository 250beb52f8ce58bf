const { bodyOf, runOf } = require("./body.cjs");

/**
 * Writes one comment on the pull request about a subject, or rewrites the one of the run before.
 * @param about tells the comments apart: `plan`, `preview-dev`.
 * @param file Markdown.
 * @param folded the title under which the reader opens it; open where there is none.
 */
module.exports = async ({ github, context }, { about, file, folded }) => {
  const mark = `<!-- quayside: ${about} -->`;
  const body = bodyOf(file, runOf(context));
  const text = folded ? `<details><summary><b>${folded}</b></summary>\n\n${body}\n\n</details>` : body;
  const issue = { ...context.repo, issue_number: context.payload.pull_request.number };
  const comments = await github.paginate(github.rest.issues.listComments, { ...issue, per_page: 100 });
  const own = comments.find(({ body, user }) => user?.type === "Bot" && body?.startsWith(mark));
  const comment = { body: `${mark}\n${text}` };
  if (own) await github.rest.issues.updateComment({ ...context.repo, comment_id: own.id, ...comment });
  else await github.rest.issues.createComment({ ...issue, ...comment });
};
