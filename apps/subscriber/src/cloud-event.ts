/** What Foyer tells: a CloudEvents 1.0 document. Only what is printed has a name here; the rest is passed on. */
export interface CloudEvent {
  readonly id: string;
  readonly type: string;
  /** RFC 3339. */
  readonly time?: string;
  /** Id of the aggregate. */
  readonly subject?: string;
  /** Counts the events of one aggregate: 1, 2, 3 … */
  readonly sequence?: string | number;
  readonly correlationid?: string;
  readonly data?: unknown;
}

/** @throws SyntaxError or TypeError when it is none */
export function readCloudEvent(content: Buffer): CloudEvent {
  const document = JSON.parse(content.toString('utf8')) as Partial<CloudEvent> | null;
  if (typeof document?.id !== 'string' || typeof document.type !== 'string') throw new TypeError('no CloudEvent');
  return document as CloudEvent;
}
