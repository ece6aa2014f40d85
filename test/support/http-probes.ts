import type { Reply } from './http-message.js';
import { encodeRawRequest, sendAll } from './keep-alive-connection.js';
import { findProblemFaults } from './problem-checks.js';

export const JSON_TYPE = 'content-type: application/json';

/** A request, and with what it has to be refused. */
export interface HttpProbe {
  readonly name: string;
  readonly method: string;
  readonly target: string;
  /** Default: JSON. */
  readonly headers?: readonly string[];
  /** Default: an empty object, for whatever is no GET. */
  readonly body?: string;
  /** Statuses; undefined: any of 4xx. */
  readonly expected?: readonly number[];
}

/** Asks all of it; a line for every answer that is not as expected, or no problem document. */
export async function runProbes(base: string, probes: readonly HttpProbe[]): Promise<string[]> {
  const faults: string[] = [];
  const bytesOf = ({ method, target, headers, body }: HttpProbe) =>
    encodeRawRequest(method, target, { headers: headers ?? [JSON_TYPE], body: body ?? (method === 'GET' ? '' : '{}') });
  const look = (probe: HttpProbe, reply: Reply | Error): void => {
    const fault = findProbeFault(probe, reply);
    if (fault) faults.push(`${probe.method} ${probe.target} (${probe.name.slice(0, 60)}): ${fault}`);
  };
  const isHead = ({ method }: HttpProbe): boolean => method === 'HEAD';
  await sendAll(base, probes.filter(isHead), bytesOf, look, { head: true });
  await sendAll(
    base,
    probes.filter((probe) => !isHead(probe)),
    bytesOf,
    look,
  );
  return firstTen(faults);
}

function findProbeFault({ method, expected }: HttpProbe, reply: Reply | Error): string | undefined {
  if (reply instanceof Error) return reply.message;
  const { status } = reply;
  const asExpected = expected ? expected.includes(status) : status >= 400 && status < 500;
  if (!asExpected) return `${status} instead of ${expected?.join(' or ') ?? '4xx'}`;
  return method === 'HEAD' ? undefined : findProblemFaults(reply)[0];
}

/** The first ten and how many more there are. */
export const firstTen = (faults: readonly string[]): string[] => [
  ...faults.slice(0, 10),
  ...(faults.length > 10 ? [`… and ${faults.length - 10} more`] : []),
];
