/** Stories are spread over so many partitions; one is advanced by one node at a time. Stored, so never changed lightly. */
export const PARTITIONS = 64;

/** FNV-1a of the correlation id. Ours rather than Postgres's, whose hashes may change with a major version. */
export function partitionOf(correlationId: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < correlationId.length; index += 1) {
    hash = Math.imul(hash ^ correlationId.charCodeAt(index), 0x01000193);
  }
  // The low bits of FNV are its weakest; the high ones are folded in.
  return ((hash >>> 16) ^ hash) & (PARTITIONS - 1);
}
