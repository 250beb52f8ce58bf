import type { Destination } from "../entitlements";
import { byKey } from "./by-key";
import type { Tell } from "./tell";
import { fingerprint, list, server } from "./words";

/** The partner's own servers, which files are pushed to. */
export function compareDestinations(
  partner: string,
  before: readonly Destination[],
  after: readonly Destination[],
  tell: Tell,
): void {
  for (const [name, from, to] of byKey(before, after, (destination) => destination.name)) {
    if (to === undefined) {
      tell("destination-removed", `${partner}'s destination ${name} is removed, and its secret with it`, {
        notice: "its credentials are deleted",
      });
    } else if (from === undefined) {
      const keys = list(to.hostKeys.map(fingerprint));
      tell(
        "destination-added",
        `${partner} has a new destination ${name}: ${server(to)} with a ${to.authentication}, host key ${keys}; an operator fills its secret`,
        { notice: "files go to a server that was not there before" },
      );
    } else compareDestination(partner, from, to, tell);
  }
}

function compareDestination(partner: string, from: Destination, to: Destination, tell: Tell): void {
  const of = `${partner}'s destination ${to.name}`;
  if (from.host !== to.host || from.port !== to.port) {
    tell("destination-moved", `${of} is ${to.host}:${to.port}, no longer ${from.host}:${from.port}`, {
      danger: "files go to another server",
    });
  }
  if (from.username !== to.username) {
    tell("destination-login-changed", `At ${of} we log in as ${to.username}, no longer as ${from.username}`, {
      notice: "its secret must fit",
    });
  }
  if (from.authentication !== to.authentication) {
    tell(
      "destination-login-changed",
      `At ${of} we log in with a ${to.authentication}, no longer with a ${from.authentication}`,
      { notice: "an operator must change its secret" },
    );
  }
  compareHostKeys(of, from, to, tell);
}

function compareHostKeys(of: string, from: Destination, to: Destination, tell: Tell): void {
  const added = to.hostKeys.filter((key) => !from.hostKeys.includes(key)).map(fingerprint);
  const removed = from.hostKeys.filter((key) => !to.hostKeys.includes(key)).map(fingerprint);
  if (added.length > 0 && removed.length > 0) {
    tell("host-key-changed", `${of} is trusted with the host key ${list(added)}, no longer with ${list(removed)}`, {
      danger: "a changed host key may be another server: compare it with the partner",
    });
  } else if (added.length > 0) {
    tell("host-key-added", `${of} is trusted with the host key ${list(added)} as well`, {
      notice: "compare the key with the partner",
    });
  } else if (removed.length > 0) {
    tell("host-key-removed", `${of} is no longer trusted with the host key ${list(removed)}`, {
      notice: "pushes fail if the server still uses it",
    });
  }
}
