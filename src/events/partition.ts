/** How many parts the stories are divided into. A story is advanced by one node at a time, so this bounds how many can work at once. */
export const PARTITIONS = 64;

/** FNV-1a over the correlation id: the same part for the same story, on every node, for ever. */
export function partitionOf(correlationId: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < correlationId.length; index += 1) {
    hash = Math.imul(hash ^ correlationId.charCodeAt(index), 0x01000193);
  }
  // FNV's low bits are its weakest; fold the high ones in.
  return ((hash ^ (hash >>> 16)) >>> 0) % PARTITIONS;
}
