import * as z from "zod";

/**
 * The three kinds of YAML files under `partners/`, and nothing more than their form: what holds across values and
 * files is in `checks.ts`. Every description is for the people who write these files; editors show it.
 */

/** Of a file group or a destination. */
export const name = z
  .string()
  .regex(/^[a-z][a-z0-9-]{1,38}[a-z0-9]$/, "use 3 to 40 lower-case letters, digits and hyphens, with a letter first");

export const email = z.email("write an e-mail address");

/**
 * Control and format characters and line breaks, for a class in a regular expression: in a name they are a slip, or hide
 * what it says. Written out, because JSON Schema leaves it open whether \p{…} is known.
 */
const unprintable = String.raw`\u0000-\u001f\u007f-\u009f\u00ad\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff`;

/** A text of one line that says something. */
const line = (empty: string) =>
  z
    .string()
    .regex(/\S/, empty)
    .regex(new RegExp(`^[^${unprintable}]*$`), "write it in one line, without characters that nobody sees");

// No * ? $ and \, which mean something in the session policy that the path becomes a part of. With bucket and partner,
// Transfer Family takes 1,024 characters (API shape MapTarget).
export const absolutePath = line('write an absolute path like "/claims"')
  .regex(
    /^(\/ *[^/*?$\\ ][^/*?$\\]*)+$/,
    'write an absolute path like "/claims", without a slash at its end and without * ? $ and \\',
  )
  .max(900, "use at most 900 characters");

const onConflict = z
  .enum(["replace", "rename", "fail"])
  .default("fail")
  .describe(
    "What happens when a file of that name is already there: replace it, deliver under a free name (name-1.csv), or fail and tell somebody.",
  );

const fileName = line("write a template like {stem}.csv")
  .max(200, "use at most 200 characters")
  .optional()
  .describe(
    "Template of the delivered file's name: {name}, {stem}, {extension}, {publisher}, {transfer}. Without one, the uploaded file's name, with the extension of the last transform.",
  );

const notificationEvents = [
  "transfer.truncated",
  "transfer.held",
  "transfer.quarantined",
  "delivery.delivered",
  "delivery.failed",
] as const;

export const fileGroupsFile = z.strictObject({
  fileGroups: z
    .record(
      name.describe("The name that folders and subscriptions refer to."),
      z.strictObject({
        description: z.string().regex(/\S/, "say what these files are").describe("What these files are."),
      }),
    )
    .describe("The catalogue of file groups: the names under which uploads are routed."),
});

export const username = z
  .string()
  .regex(
    /^[a-z0-9_][a-z0-9_.@-]{2,99}$/,
    "use 3 to 100 of a-z, 0-9, _ . @ and -, with no . @ or - first (Transfer Family takes no other)",
  );

const login = z.strictObject(
  {
    endpoint: z
      .enum(["partner", "internal"])
      .default("partner")
      .describe(
        "partner: the endpoint for partners, with password or keys. internal: the private one, with keys only.",
      ),
    username: username.optional().describe("The user name; without one, the partner's id."),
    passwordVersion: z
      .int("use a whole number")
      .min(1, "use 1 for the first password")
      .optional()
      .describe("Present: the login has a password, issued by Quayside. Raise it by one to have a new one issued."),
    sourceAddresses: z
      .array(z.string())
      .min(1, "list at least one block, or leave the key out to allow any address")
      .optional()
      .describe("The address blocks (CIDR) that the login may come from. Without them, from anywhere."),
  },
  "write `login: {}` to log in with the keys under keys/, or `passwordVersion: 1` below it for a password",
);

const folder = z.strictObject({
  virtualPath: absolutePath.describe("What the partner sees over SFTP, for example /claims."),
  access: z
    .enum(["upload", "download", "both"])
    .describe("upload: put files here, not read them back. download: list and get. both: everything."),
  fileGroup: z.string().optional().describe("The file group that uploads here belong to."),
  replicateToEfs: z
    .boolean()
    .default(false)
    .describe(
      "true: whole files (and, where the stack scans for malware, clean ones) are copied to the stack's file system (EFS) as well, under the same path. Without it, they are not.",
    ),
});

const octet = "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
const label = "[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?";

export const host = z
  .string()
  .regex(
    /^(?!([^.]+\.)*[lL][oO][cC][aA][lL][hH][oO][sS][tT]$)/,
    "name the partner's server: this is the machine that sends",
  )
  // What ends in a number is taken for an address by every program.
  .regex(
    new RegExp(String.raw`(^|\.)(?![0-9]*$)[^.]*$|^(${octet}\.){3}${octet}$`),
    "write a host name, or an IPv4 address of four numbers up to 255",
  )
  .regex(new RegExp(String.raw`^(${label}\.)*${label}$`), "write a host name or an IPv4 address, without sftp://")
  .max(253, "use at most 253 characters");

export const port = z.int("use a whole number").min(1, "use a port from 1").max(65535, "use a port up to 65535");

/** Our own, on a partner's server. */
export const remoteUsername = line("write the user name that the partner gave us");

const destination = z.strictObject({
  host: host.describe("Host name or address of the partner's SFTP server."),
  port: port.default(22).describe("Its port; 22 unless told."),
  username: remoteUsername.describe("Our user name on that server."),
  authentication: z
    .enum(["password", "key"])
    .describe("What the operator puts into the destination's secret: a password or a private key."),
  hostKeys: z
    .array(z.string())
    .min(1, "pin the server's host key: ssh-keyscan shows it, the partner confirms its fingerprint")
    .max(2, "pin one host key, or two while the server changes from one to the other")
    .describe("The host keys of the server: one, or two while it rotates. Nothing else is trusted."),
});

export const partnerId = z
  .string()
  .regex(/^[a-z][a-z0-9-]{1,30}[a-z0-9]$/, "use 3 to 32 lower-case letters, digits and hyphens, with a letter first");

export const partnerName = line("write the organisation's name").max(200, "use at most 200 characters");

export const contactName = line("write a name");

export const owner = z
  .string()
  .regex(
    /^@[A-Za-z0-9][A-Za-z0-9-]*(\/[A-Za-z0-9][A-Za-z0-9._-]*)?$/,
    'write a GitHub team or person, in quotes: "@org/team" or "@name"',
  );

export const partnerFile = z.strictObject({
  name: partnerName.describe("The organisation's name, for people."),
  previously: z
    .union([partnerId, z.array(partnerId).min(1, "name at least one former id")], {
      error: "write the former id, or a list of all former ids, the oldest first",
    })
    .optional()
    .describe(
      "The id (folder name) that this partner had before it was renamed; a list, oldest first, after several renames. It keeps files, user name, password and history. Leave it here for good.",
    ),
  contacts: z
    .array(
      z.strictObject({
        name: contactName.describe("A person or a team."),
        email: email.describe("Where to write to."),
        role: z.string().optional().describe("What to call this contact for."),
      }),
    )
    .min(1, "name at least one person to call")
    .describe("Whom to call."),
  owners: z
    .array(owner)
    .min(1, "name at least one team or person, or leave the key out")
    .optional()
    .describe(
      "Who reviews changes of this partner's files on GitHub, except what it receives (subscriptions/, transforms/): that, and without this key all, is for the default owners of .github/CODEOWNERS.base.",
    ),
  login: login.optional().describe("How the partner gets in. Without it, the partner only receives by push."),
  folders: z.array(folder).default([]).describe("What the partner sees when it has logged in."),
  destinations: z
    .record(name.describe("The name that subscriptions refer to."), destination)
    .default({})
    .describe("The partner's own SFTP servers, which deliveries are pushed to."),
  notifications: z
    .array(
      z.strictObject({
        email: email.describe("Who is told; AWS asks the address for consent first."),
        events: z.array(z.enum(notificationEvents)).min(1, "name at least one event").describe("What of."),
      }),
    )
    .default([])
    .describe("Whom to tell about what happens to this partner's files."),
});

const tableFormats = ["csv", "json", "ndjson", "parquet"] as const;

const convert = z.strictObject({
  from: z.enum(tableFormats).describe("What the file is. A JSON array gives a row an element, an object one row."),
  to: z.enum(tableFormats).describe("What it becomes."),
  sql: z
    .string()
    .regex(/^transforms\/[^/]+\.sql$/, 'name a file like "transforms/claims.sql"')
    .optional()
    .describe("One SELECT over the table `input`, in DuckDB's SQL. Without it, all rows and columns."),
});

const transformStep = z.strictObject({
  convert: convert.describe("Read the file as a table, and write the table in another format."),
});

export const remotePath = line('write the folder on that server; "." is where the login starts').max(
  1024,
  "use at most 1,024 characters",
);

const delivery = z
  .strictObject({
    push: z
      .strictObject({
        destination: z.string().describe("One of this partner's destinations."),
        remotePath: remotePath.describe("The folder on that server. It must exist."),
        fileName,
        onConflict,
      })
      .optional()
      .describe("Send the file to the partner's own server."),
    place: z
      .strictObject({
        virtualPath: absolutePath.describe("One of this partner's own download folders."),
        fileName,
        onConflict,
      })
      .optional()
      .describe("Put the file into one of the partner's download folders here."),
  })
  .superRefine(({ push, place }, context) => {
    if ((push === undefined) !== (place === undefined)) return;
    const params = { what: push === undefined ? "neither pushes nor places" : "both pushes and places" };
    context.addIssue({ code: "custom", params, message: "give exactly one of `push` and `place`" });
  })
  // The same for editors, whose JSON Schema is made from these definitions.
  .meta({
    oneOf: ["push", "place"].map((kind) => ({ type: "object", properties: { [kind]: {} }, required: [kind] })),
  });

export const subscriptionFile = z.strictObject({
  fileGroup: z.string().describe("The files that are wanted."),
  publisher: z.string().optional().describe("Only those of this partner. Without it, of every partner."),
  match: z
    .string()
    .max(255, "use at most 255 characters")
    .optional()
    .describe('Only files whose name matches this glob, for example "*.json". Upper and lower case differ.'),
  transform: z
    .array(transformStep)
    .min(1, "list at least one step, or leave the key out to deliver files as they come")
    .optional()
    .describe("What is done to each file before it is delivered, step by step."),
  deliver: delivery.describe("Where each file goes."),
});

export type PartnerFile = z.output<typeof partnerFile>;
export type SubscriptionFile = z.output<typeof subscriptionFile>;
