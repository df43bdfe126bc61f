import pg from "pg";

/** The rows of one `COPY ... FROM STDIN`, sent for as long as there are any. */
export interface CopyStream {
  /** Resolves when the system has taken all of it, at the pace PostgreSQL reads: the memory may be written over then. */
  write(bytes: Buffer): Promise<void>;
  end(): Promise<void>;
}

class Copy extends pg.Query {
  constructor(statement: string, begun: (connection: pg.Connection) => void, ended: (error?: Error) => void) {
    super(statement, ended);
    this.submit = (connection: pg.Connection) => {
      connection.query(statement);
      begun(connection);
    };
  }
  handleCopyInResponse(): void {}
}

const FRAME_BYTES = 5;
const COPY_DATA = "d".charCodeAt(0);

/** https://www.postgresql.org/docs/current/protocol-message-formats.html, CopyData: the length counts itself. */
function frameOf(length: number): Buffer {
  const frame = Buffer.alloc(FRAME_BYTES);
  frame.writeUInt8(COPY_DATA);
  frame.writeInt32BE(length + FRAME_BYTES - 1, 1);
  return frame;
}

export async function openCopy(client: pg.Client, statement: string): Promise<CopyStream> {
  const over = Promise.withResolvers<void>();
  // Told by whatever is asked next; until then it is not unheard.
  over.promise.catch(() => {});
  const connection = await new Promise<pg.Connection>((begun) => {
    client.query(new Copy(statement, begun, (error) => (error ? over.reject(error) : over.resolve())));
  });
  return {
    async write(bytes) {
      connection.stream.write(frameOf(bytes.length));
      const taken = new Promise<void>((resolve) => void connection.stream.write(bytes, () => resolve()));
      await Promise.race([taken, over.promise]);
    },
    async end() {
      connection.endCopyFrom();
      await over.promise;
    },
  };
}
