import { hash } from "node:crypto";
import { twoGenerations, type Clock, type Database, type Ids, type Queryable } from "#platform";

/** Whoever speaks to the hub, as routes and the audit trail know them. */
export interface Caller {
  readonly accessTokenId: string;
  readonly name: string;
}

const ADMIN = "admin";
const TOKEN_BYTES = 32;
const BEARER = /^Bearer +(xdk_[A-Za-z0-9_-]{43})$/i;

/** What a header says is digested; null where it says nothing like a token. */
function digestIn(authorization: string): string | null {
  const [, token] = BEARER.exec(authorization) ?? [];
  return token === undefined ? null : digestOf(token);
}

/** A password needs a slow hash because people choose it; 256 random bits do not, and a fast one keeps the gate from being a way to tire the hub. */
const digestOf = (token: string): string => hash("sha256", token, "hex");

interface TokenOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly randomBytes: (size: number) => Uint8Array;
}

async function insertToken(tx: Queryable, { clock, ids, randomBytes }: TokenOptions): Promise<string | null> {
  const token = `xdk_${Buffer.from(randomBytes(TOKEN_BYTES)).toString("base64url")}`;
  const rows = await tx.query(
    `insert into access_tokens (access_token_id, name, digest, created_at) values ($1, $2, $3, $4)
     on conflict (name) where revoked_at is null and expires_at is null do nothing returning access_token_id`,
    [ids.next("tok"), ADMIN, Buffer.from(digestOf(token), "hex"), clock.now()],
  );
  return rows.length > 0 ? token : null;
}

/** At the first start: the admin token, to be shown once. Null where there is one, also when two nodes start at the same time. */
export const ensureAdminToken = (options: TokenOptions): Promise<string | null> =>
  insertToken(options.database, options);

/** A token for a while, for who can open the hub's database anyhow: the command line. There may be several of one name. */
export async function issueToken(
  options: TokenOptions,
  { name, lifeMs }: { readonly name: string; readonly lifeMs: number },
): Promise<string> {
  const { database, clock, ids, randomBytes } = options;
  const token = `xdk_${Buffer.from(randomBytes(TOKEN_BYTES)).toString("base64url")}`;
  const id = ids.next("tok");
  const now = clock.now();
  await database.query(
    "insert into access_tokens (access_token_id, name, digest, created_at, expires_at) values ($1, $2, $3, $4, $5)",
    [id, name, Buffer.from(digestOf(token), "hex"), now, new Date(now.getTime() + lifeMs)],
  );
  return token;
}

/** `crossdock token renew`: the old token ends, the new one is shown once. Running hubs notice within seconds. */
export async function renewAdminToken(options: TokenOptions): Promise<string> {
  const token = await options.database.transaction(async (tx) => {
    await tx.query("update access_tokens set revoked_at = $2 where name = $1 and revoked_at is null", [
      ADMIN,
      options.clock.now(),
    ]);
    return insertToken(tx, options);
  });
  if (token) return token;
  throw new Error("Another admin token was made at the same moment; renew it again if you have not seen it.");
}

export interface TokenGate {
  /** Who speaks, by the value of the Authorization header; null for nobody we know. At once, but where the database must be asked first. */
  identify(authorization: string | undefined): Caller | null | Promise<Caller | null>;
}

const DIGESTS_KEPT_MAX = 1_000;
const FRESH_MS = 5_000;
const ASK_AGAIN_MS = 500;

/**
 * Judges tokens against digests read at most every few seconds, so that a flood of requests, or of guesses, is no flood of queries: a revoked token
 * ends within 5 s, a new one is known within half a second. A digest is looked up, not compared with care: how long that takes says something of the
 * digest at most, and from that nobody gets to a token. What was let in is digested once between two readings: to digest it took a twentieth of a small answer.
 */
export function createTokenGate({
  database,
  clock,
}: Pick<TokenOptions, "clock"> & { readonly database: Queryable }): TokenGate {
  let known: ReadonlyMap<string, Caller> = new Map();
  const digests = twoGenerations<string, string>(DIGESTS_KEPT_MAX);
  let readAtMs = Number.NEGATIVE_INFINITY;
  let reading: Promise<void> | null = null;

  async function refresh(): Promise<void> {
    const tokens = await database.query<Caller & { readonly digest: string }>(
      `select access_token_id as "accessTokenId", name, encode(digest, 'hex') as digest from access_tokens
        where revoked_at is null and (expires_at is null or expires_at > $1)`,
      [clock.now()],
    );
    known = new Map(tokens.map(({ digest, accessTokenId, name }) => [digest, { accessTokenId, name }]));
    digests.clear();
    readAtMs = clock.now().getTime();
  }
  const refreshOnce = () => (reading ??= refresh().finally(() => (reading = null)));
  const ageMs = () => clock.now().getTime() - readAtMs;

  async function askDatabase(digest: string): Promise<Caller | null> {
    if (ageMs() > FRESH_MS) await refreshOnce();
    if (!known.has(digest) && ageMs() > ASK_AGAIN_MS) await refreshOnce();
    return known.get(digest) ?? null;
  }

  return {
    identify(authorization = "") {
      const kept = digests.get(authorization);
      const digest = kept ?? digestIn(authorization);
      if (digest === null) return null;
      const caller = ageMs() <= FRESH_MS ? known.get(digest) : undefined;
      if (!caller) return askDatabase(digest);
      if (kept === undefined) digests.set(authorization, digest);
      return caller;
    },
  };
}
