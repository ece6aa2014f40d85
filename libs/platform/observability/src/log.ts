import { Injectable, type LoggerService } from '@nestjs/common';
import { type Logger as Pino, pino } from 'pino';
import type { Settings } from '#platform/config';
import { currentContext } from './request-context.js';

const REDACTED_FIELDS = [
  'password',
  'code',
  'token',
  'access_token',
  'refresh_token',
  'device_token',
  'deviceToken',
  'authorization',
  'secret',
  'text',
  'html',
];

/**
 * JSON log lines with the correlation id of their request. Personal data is masked or not logged, secrets are never logged
 * (OWASP ASVS 16.2.5); the redaction list is a second safeguard.
 */
@Injectable()
export class Log implements LoggerService {
  /** @param unredacted for frequent lines whose fields never need redaction, such as the one for every request */
  constructor(
    private readonly pino: Pino,
    private readonly unredacted: Pino = pino,
  ) {}

  logRequest(fields: object): void {
    this.unredacted.info(fields, 'answered');
  }

  info(fields: object, message: string): void {
    this.pino.info(fields, message);
  }

  warn(fields: object | string, message?: unknown): void {
    this.pino.warn(...toPinoArguments(fields, message));
  }

  error(fields: object | string, message?: unknown): void {
    this.pino.error(...toPinoArguments(fields, message));
  }

  /** Nest's own progress messages. */
  log(message: unknown, context?: unknown): void {
    this.pino.debug({ context }, String(message));
  }

  debug(message: unknown, context?: unknown): void {
    this.pino.debug({ context }, String(message));
  }

  flush(): void {
    this.pino.flush();
  }
}

function toPinoArguments(fields: object | string, message: unknown): [object, string] {
  return typeof fields === 'string' ? [{ context: message }, fields] : [fields, String(message ?? '')];
}

export function createLog(settings: Pick<Settings, 'logLevel'>): Log {
  const destination = pino.destination({ dest: 1, sync: false, minLength: 4096, periodicFlush: 100 });
  const paths = REDACTED_FIELDS.flatMap((name) => [name, `*.${name}`]);
  const options = {
    level: settings.logLevel,
    base: { service: 'foyer' },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (level: string) => ({ level }) },
    mixin: () => {
      const context = currentContext();
      if (!context) return {};
      const { correlationId, traceparent } = context;
      return traceparent === undefined ? { correlationId } : { correlationId, traceparent };
    },
  };
  return new Log(
    pino({ ...options, redact: { paths, censor: '[redacted]' } }, destination),
    pino(options, destination),
  );
}
