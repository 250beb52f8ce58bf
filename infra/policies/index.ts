import { PolicyPack } from "@pulumi/policy";
import { policies } from "./policies";

// Pulumi runs it with `--policy-pack infra/policies`.
new PolicyPack("quayside", { enforcementLevel: "mandatory", policies });
