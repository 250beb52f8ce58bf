/** Where the stand-ins are: the parts of every ARN. */
export interface AwsAccount {
  accountId: string;
  region: string;
}

export const localAccount = (region = "eu-central-1"): AwsAccount => ({ accountId: "000000000000", region });
