/** What limits messages; null is no limit. Windows are part of the name. */
export abstract class MessageLimits {
  /** Messages to one identifier that one source asked for. */
  abstract readonly sendsPerSourceMinute: number | null;
  abstract readonly sendsPerSourceDay: number | null;
  /** Messages to one identifier in a day. */
  abstract readonly sendsPerIdentifier: number | null;
  /** SMS that one source asked for in a day. */
  abstract readonly smsPerSource: number | null;
  /** SMS to everybody in a day. */
  abstract readonly smsPerDay: number | null;
}

/** Who asks for a message. */
export interface RequestSource {
  /** IPv4 /32 or IPv6 /64. */
  readonly prefix: string;
  /** A kiosk, an office: it has no source limits. */
  readonly trusted: boolean;
}
