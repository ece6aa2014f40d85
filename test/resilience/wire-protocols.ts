/** A message of a client, and how tests name it: `Execute insert into "customers" …`, `EVALSHA 3f2a… 1 foyer:{…}`. */
export interface ProtocolMessage {
  readonly bytes: Buffer;
  readonly text: string;
}

/** Cuts the bytes of one connection into messages; what is incomplete waits for the rest. */
export type Framer = (chunk: Buffer) => ProtocolMessage[];

const FRAMERS: Readonly<Record<string, () => Framer>> = {
  'postgres:': createPostgresFramer,
  'postgresql:': createPostgresFramer,
  'mysql:': () => createFramer(mysqlLength, mysqlText),
  'mariadb:': () => createFramer(mysqlLength, mysqlText),
  'redis:': () => createFramer(respLength, respText),
  'amqp:': () => createFramer(amqpLength, amqpText),
  'smtp:': () => createFramer(lineLength, (bytes) => bytes.toString().trimEnd()),
};

/** By the scheme of the server's URL; where none is known, what arrives together is a message. */
export const framerFor = (url: URL): Framer =>
  (FRAMERS[url.protocol] ?? (() => createFramer((bytes) => bytes.length, String)))();

/** @param length of the first message in these bytes, 0 while that cannot be told */
function createFramer(length: (bytes: Buffer) => number, text: (message: Buffer) => string): Framer {
  let rest = Buffer.alloc(0);
  return (chunk) => {
    const messages: ProtocolMessage[] = [];
    rest = Buffer.concat([rest, chunk]);
    for (let n = length(rest); n > 0 && n <= rest.length; n = length(rest)) {
      const bytes = rest.subarray(0, n);
      messages.push({ bytes, text: text(bytes) });
      rest = rest.subarray(n);
    }
    return messages;
  };
}

const POSTGRES_MESSAGE_NAMES: Readonly<Record<string, string>> = {
  Q: 'Query',
  P: 'Parse',
  B: 'Bind',
  D: 'Describe',
  E: 'Execute',
  C: 'Close',
  S: 'Sync',
  H: 'Flush',
  X: 'Terminate',
  p: 'Password',
};
const SSL_OR_GSS_REQUEST_CODES = [80877103, 80877104];

/** PostgreSQL 3.0: a type and a length, but for the first message. Prepared statements are shown by their SQL. */
function createPostgresFramer(): Framer {
  const prepared = new Map<string, string>();
  let begun = false;
  let bound = '';
  const length = (bytes: Buffer): number => {
    const at = begun ? 1 : 0;
    return bytes.length < at + 4 ? 0 : at + bytes.readInt32BE(at);
  };
  const text = (bytes: Buffer): string => {
    if (!begun) {
      begun = !SSL_OR_GSS_REQUEST_CODES.includes(bytes.readInt32BE(4));
      return 'Startup';
    }
    const type = String.fromCharCode(bytes[0] ?? 0);
    const [first = '', second = ''] = bytes.toString('utf8', 5).split('\0', 2);
    if (type === 'P') prepared.set(first, second);
    if (type === 'B') bound = prepared.get(second) ?? '';
    const sql = { Q: first, P: second, B: bound, D: bound, E: bound }[type] ?? '';
    return `${POSTGRES_MESSAGE_NAMES[type] ?? type} ${sql}`.trimEnd();
  };
  return createFramer(length, text);
}

const MYSQL_COMMAND_NAMES: Readonly<Record<number, string>> = {
  1: 'Quit',
  3: 'Query',
  14: 'Ping',
  22: 'Prepare',
  23: 'Execute',
};

/** MySQL: three bytes of length, little end first, and the place of the packet: commands begin anew at 0. */
const mysqlLength = (bytes: Buffer): number => (bytes.length < 4 ? 0 : 4 + bytes.readUIntLE(0, 3));

function mysqlText(bytes: Buffer): string {
  if (bytes[3] !== 0) return 'Startup';
  return `${MYSQL_COMMAND_NAMES[bytes[4] ?? 0] ?? `Command ${bytes[4]}`} ${bytes.toString('utf8', 5)}`.trimEnd();
}

/** RESP: `*2\r\n$3\r\nGET\r\n$1\r\nk\r\n`. */
function respLength(bytes: Buffer): number {
  const [count, start] = respNumber(bytes, 0);
  let at = start;
  for (let i = 0; i < count && at > 0; i++) {
    const [size, from] = respNumber(bytes, at);
    at = from === 0 ? 0 : from + size + 2;
  }
  return at;
}

/** The number in the line that begins here, and where the next line begins; 0 if this one is not complete. */
function respNumber(bytes: Buffer, at: number): [number: number, next: number] {
  const end = bytes.indexOf('\r\n', at);
  return end < 0 ? [0, 0] : [Number(bytes.toString('latin1', at + 1, end)), end + 2];
}

const respText = (bytes: Buffer): string =>
  bytes
    .toString()
    .split('\r\n')
    .filter((_, line) => line > 0 && line % 2 === 0)
    .join(' ');

/** AMQP 0-9-1: a greeting of eight bytes, then frames: type, channel, size, payload, end. */
function amqpLength(bytes: Buffer): number {
  if (bytes.length < 8) return 0;
  return bytes.toString('latin1', 0, 4) === 'AMQP' ? 8 : 8 + bytes.readUInt32BE(3);
}

const amqpText = (bytes: Buffer): string =>
  bytes[0] === 1 ? `method ${bytes.readUInt16BE(7)}.${bytes.readUInt16BE(9)}` : `frame ${bytes[0]}`;

const lineLength = (bytes: Buffer): number => bytes.indexOf('\n') + 1;
