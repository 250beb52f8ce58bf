import type { DeliveryState } from "../states";

/** One of the two kinds of work on a delivery, with the states of one that waits for it and one that is claimed. */
export interface Stage {
  name: "transform" | "send";
  idle: DeliveryState;
  claimed: DeliveryState;
}

export const transformStage: Stage = { name: "transform", idle: "waiting", claimed: "transforming" };
export const sendStage: Stage = { name: "send", idle: "ready", claimed: "sending" };
