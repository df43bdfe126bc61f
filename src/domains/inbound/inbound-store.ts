import type { Fault } from "#contracts";
import type { Queryable } from "#platform";
import type { InboundDocument } from "./inbound-document.ts";

interface DocumentRow {
  readonly inbound_document_id: string;
  readonly door: string;
  readonly channel: string | null;
  readonly received_at: Date;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly status: InboundDocument["status"];
  readonly error_code: string;
  readonly explanation: string;
  readonly faults: readonly Fault[];
  readonly origin: string | null;
  readonly resolved_at: Date | null;
  readonly resolved_by: string | null;
  readonly resolution: string | null;
  readonly result: unknown;
}

const documentOf = (row: DocumentRow): InboundDocument => ({
  inboundDocumentId: row.inbound_document_id,
  door: row.door,
  channel: row.channel,
  receivedAt: row.received_at,
  headers: row.headers,
  body: row.body,
  status: row.status,
  errorCode: row.error_code,
  explanation: row.explanation,
  faults: row.faults,
  origin: row.origin,
  resolvedAt: row.resolved_at,
  resolvedBy: row.resolved_by,
  resolution: row.resolution,
  result: row.result,
});

const insertDocument = {
  name: "keep-inbound-document",
  text: `
    insert into inbound_documents
      (inbound_document_id, door, channel, received_at, headers, body, status, error_code, explanation, faults, origin)
    values ($1, $2, $3, $4, $5::jsonb, $6, 'kept', $7, $8, $9::jsonb, $10)
    on conflict (inbound_document_id) do nothing`,
};

type NewDocument = Omit<InboundDocument, "status" | "resolvedAt" | "resolvedBy" | "resolution" | "result">;

/** Keeps a document; one that is kept already, or was resolved, stays as it is. */
export async function insert(database: Queryable, document: NewDocument): Promise<void> {
  const { inboundDocumentId, door, channel, receivedAt, headers, body, errorCode, explanation, faults, origin } =
    document;
  const lists = [JSON.stringify(headers), body, errorCode, explanation, JSON.stringify(faults), origin];
  await database.query(insertDocument, [inboundDocumentId, door, channel, receivedAt, ...lists]);
}

/** What waits for somebody, oldest first. */
export async function listKept(database: Queryable, limit: number): Promise<readonly InboundDocument[]> {
  const rows = await database.query<DocumentRow>(
    "select * from inbound_documents where status = 'kept' order by received_at, inbound_document_id limit $1",
    [limit],
  );
  return rows.map(documentOf);
}

export async function read(database: Queryable, id: string): Promise<InboundDocument | null> {
  const [row] = await database.query<DocumentRow>("select * from inbound_documents where inbound_document_id = $1", [
    id,
  ]);
  return row ? documentOf(row) : null;
}

interface Resolved {
  readonly status: "resubmitted" | "discarded";
  readonly at: Date;
  readonly by: string;
  readonly resolution: string;
  readonly result: unknown;
}

/** False when somebody else resolved it meanwhile. */
export async function resolve(database: Queryable, id: string, resolved: Resolved): Promise<boolean> {
  const rows = await database.query(
    `update inbound_documents set status = $2, resolved_at = $3, resolved_by = $4, resolution = $5, result = $6::jsonb
     where inbound_document_id = $1 and status = 'kept' returning inbound_document_id`,
    [id, resolved.status, resolved.at, resolved.by, resolved.resolution, JSON.stringify(resolved.result ?? null)],
  );
  return rows.length > 0;
}

/** What is still wrong after a person mended it and it was refused again. The body stays as it came; theirs is in the audit trail. */
export async function noteFaults(
  database: Queryable,
  id: string,
  explanation: string,
  faults: readonly Fault[],
): Promise<void> {
  await database.query(
    "update inbound_documents set explanation = $2, faults = $3::jsonb where inbound_document_id = $1 and status = 'kept'",
    [id, explanation, JSON.stringify(faults)],
  );
}
