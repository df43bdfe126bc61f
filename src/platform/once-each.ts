/**
 * What is worked out of a document, worked out once: for documents that are replaced and never changed. Kept as long as the document itself is.
 */
export function onceEach<Document extends object, Value>(
  workOut: (document: Document) => Value,
): (document: Document) => Value {
  const known = new WeakMap<Document, Value>();
  return (document) => {
    const before = known.get(document);
    if (before !== undefined) return before;
    const value = workOut(document);
    known.set(document, value);
    return value;
  };
}
