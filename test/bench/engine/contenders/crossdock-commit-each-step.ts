import { crossdock } from "./crossdock.ts";
import { contend } from "./harness.ts";

/** A commit after every step: each event goes by the inbox. */
contend((url) => crossdock(url, { roundsMax: 1 }));
