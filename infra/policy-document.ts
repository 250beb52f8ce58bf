import { type Input, jsonStringify, type Output } from "@pulumi/pulumi";

type Texts = Input<string> | Input<string>[];

/** One statement of an IAM policy. */
export interface Statement {
  /** Needed where a statement is the platform's own need rather than that of our code. */
  Sid?: string;
  Effect: "Allow" | "Deny";
  Principal?: "*" | { Service?: string | string[]; AWS?: Texts };
  Action: string | string[];
  Resource?: Texts;
  Condition?: Record<string, Record<string, Texts>>;
}

/** An IAM policy as JSON text. */
export function policyDocument(...statements: Statement[]): Output<string> {
  return jsonStringify({ Version: "2012-10-17", Statement: statements });
}

/** A statement that allows actions on resources. */
export function allow(Action: string | string[], Resource: Texts, Condition?: Statement["Condition"]): Statement {
  return { Effect: "Allow", Action, Resource, ...(Condition && { Condition }) };
}
