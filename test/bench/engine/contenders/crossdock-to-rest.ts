import { crossdock } from "./crossdock.ts";
import { contend } from "./harness.ts";

/** Five effects in one transaction, as the product runs. */
contend((url) => crossdock(url));
