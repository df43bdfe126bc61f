export { createAudit, type AuditEntry } from "./audit.ts";
export {
  createTokenGate,
  ensureAdminToken,
  issueToken,
  renewAdminToken,
  type Caller,
  type TokenGate,
} from "./tokens.ts";
export { createLaneSwitches, type LaneSwitches } from "./lane-switches.ts";
