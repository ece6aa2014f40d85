/** Enough of RFC 5322, 2045 and 2047 to read what mailers write. */
export interface Mime {
  /** Lower-case names; a repeated header keeps its last value. */
  readonly headers: ReadonlyMap<string, string>;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

interface Part {
  readonly headers: Map<string, string>;
  /** One character per byte. */
  readonly body: string;
}

/** Reads a message as it came over the wire; of several parts of one type the first counts. */
export function parseMime(raw: Buffer): Mime {
  const message = split(raw.toString('latin1'));
  const parts = leaves(message);
  const content = (type: string): string => {
    const part = parts.find((one) => mediaType(one) === type);
    return part ? decodeBody(part) : '';
  };
  return {
    headers: message.headers,
    subject: decodeWords(message.headers.get('subject') ?? ''),
    text: content('text/plain'),
    html: content('text/html'),
  };
}

function split(bytes: string): Part {
  const end = /\r?\n\r?\n/.exec(bytes);
  const head = end ? bytes.slice(0, end.index) : bytes;
  const lines = head.replace(/\r?\n[ \t]+/g, ' ').split(/\r?\n/);
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  });
  return { headers: new Map(headers), body: end ? bytes.slice(end.index + end[0].length) : '' };
}

const contentType = (part: Part): string => part.headers.get('content-type') ?? 'text/plain';
const mediaType = (part: Part): string => (contentType(part).split(';')[0] ?? '').trim().toLowerCase();
const parameter = (part: Part, name: string): string | undefined =>
  new RegExp(`;\\s*${name}="?([^";]+)`, 'i').exec(contentType(part))?.[1];

/** The parts that are not multiparts, in order. */
function leaves(part: Part): Part[] {
  const boundary = parameter(part, 'boundary');
  if (!mediaType(part).startsWith('multipart/') || !boundary) return [part];
  const pieces = `\r\n${part.body}`.split(`\n--${boundary}`).slice(1);
  const inner = pieces.filter((piece) => !piece.startsWith('--'));
  return inner.flatMap((piece) => leaves(split(piece.replace(/^[ \t]*\r?\n/, '').replace(/\r$/, ''))));
}

function decodeBody(part: Part): string {
  const encoding = part.headers.get('content-transfer-encoding')?.toLowerCase();
  const charset = parameter(part, 'charset') ?? 'utf-8';
  if (encoding === 'base64') return decode(Buffer.from(part.body, 'base64'), charset);
  const bytes = encoding === 'quoted-printable' ? unquote(part.body.replace(/=[ \t]*\r?\n/g, '')) : part.body;
  return decode(Buffer.from(bytes, 'latin1'), charset).replaceAll('\r\n', '\n');
}

const decode = (bytes: Buffer, charset: string): string => new TextDecoder(charset).decode(bytes);
const unquote = (text: string): string =>
  text.replace(/=([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));

/** `=?utf-8?Q?Ol=C3=A1?=`; white space between two encoded words does not count. */
function decodeWords(value: string): string {
  const joined = value.replace(/\?=\s+=\?/g, '?==?');
  return joined.replace(/=\?([^?]+)\?([bq])\?([^?]*)\?=/gi, (_, charset: string, kind: string, word: string) =>
    decode(kind.toLowerCase() === 'b' ? Buffer.from(word, 'base64') : bytesOfQ(word), charset),
  );
}

const bytesOfQ = (word: string): Buffer => Buffer.from(unquote(word.replaceAll('_', ' ')), 'latin1');
