import type { Reply } from '../support/http-message.js';
import { faultsOfProblem } from './problems.js';
import { askAll, requestBytes } from './wire.js';

export const JSON_TYPE = 'content-type: application/json';

/** A request, and with what it has to be refused. */
export interface Probe {
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
export async function walk(base: string, probes: readonly Probe[]): Promise<string[]> {
  const faults: string[] = [];
  const bytesOf = ({ method, target, headers, body }: Probe) =>
    requestBytes(method, target, { headers: headers ?? [JSON_TYPE], body: body ?? (method === 'GET' ? '' : '{}') });
  const look = (probe: Probe, reply: Reply | Error): void => {
    const fault = faultOf(probe, reply);
    if (fault) faults.push(`${probe.method} ${probe.target} (${probe.name.slice(0, 60)}): ${fault}`);
  };
  const isHead = ({ method }: Probe): boolean => method === 'HEAD';
  await askAll(base, probes.filter(isHead), bytesOf, look, { head: true });
  await askAll(
    base,
    probes.filter((probe) => !isHead(probe)),
    bytesOf,
    look,
  );
  return brief(faults);
}

function faultOf({ method, expected }: Probe, reply: Reply | Error): string | undefined {
  if (reply instanceof Error) return reply.message;
  const { status } = reply;
  const asExpected = expected ? expected.includes(status) : status >= 400 && status < 500;
  if (!asExpected) return `${status} instead of ${expected?.join(' or ') ?? '4xx'}`;
  return method === 'HEAD' ? undefined : faultsOfProblem(reply)[0];
}

/** The first ten and how many more there are. */
export const brief = (faults: readonly string[]): string[] => [
  ...faults.slice(0, 10),
  ...(faults.length > 10 ? [`… and ${faults.length - 10} more`] : []),
];
