import { createHash } from 'node:crypto';
import type { S3Client } from '@aws-sdk/client-s3';
import type { S3Settings } from '#platform/config';
import { type EventEnvelope, EventPublisher, PermanentPublishError } from '../event-publisher.js';
import { RetryBackoff } from '../retry-backoff.js';
import { createS3Client } from './create-s3-client.js';
import { objectKeyOf } from './object-key.js';

const REQUEST_TIMEOUT_MS = 10_000;
const STATUS_TOO_LARGE = 413;
const STATUS_PRECONDITION_FAILED = 412;

/**
 * Archives events in a bucket, one object per event. An object is written only if its key is free, so a repetition changes
 * nothing. Only committed events are published, so no object ever has to be removed.
 */
export class S3EventPublisher extends EventPublisher {
  readonly name = 's3';
  readonly #backoff = new RetryBackoff();
  #client: Promise<S3Client> | undefined;
  #closed = false;

  constructor(private readonly settings: S3Settings) {
    super();
  }

  async publish(event: EventEnvelope): Promise<void> {
    this.#backoff.throwIfActive();
    const key = objectKeyOf(event);
    try {
      await this.#putObject(key, event.payload);
      this.#backoff.reset();
    } catch (error) {
      if (error instanceof PermanentPublishError) throw error;
      this.#backoff.recordFailure();
      throw new Error(reasonOf(error), { cause: error });
    }
  }

  /** Sends no request: the bucket counts as unavailable while the publisher backs off. */
  async check(): Promise<void> {
    this.#backoff.throwIfActive();
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#client?.then((client) => client.destroy());
    this.#client = undefined;
  }

  async #putObject(key: string, payload: string): Promise<void> {
    const { PutObjectCommand } = await import('@aws-sdk/client-s3');
    const put = new PutObjectCommand({
      Bucket: this.settings.bucket,
      Key: key,
      Body: payload,
      ContentType: 'application/cloudevents+json',
      IfNoneMatch: '*',
      Metadata: { sha256: sha256(payload) },
    });
    const abortSignal = AbortSignal.timeout(REQUEST_TIMEOUT_MS);
    try {
      await (await this.#getClient()).send(put, { abortSignal });
    } catch (error) {
      const status = statusOf(error);
      if (status === STATUS_TOO_LARGE) throw new PermanentPublishError(reasonOf(error));
      if (status !== STATUS_PRECONDITION_FAILED) throw error;
      await this.#verifyExistingObject(key, payload, abortSignal);
    }
  }

  /** @throws PermanentPublishError if a different object has the key of the event */
  async #verifyExistingObject(key: string, payload: string, abortSignal: AbortSignal): Promise<void> {
    const { HeadObjectCommand } = await import('@aws-sdk/client-s3');
    const head = new HeadObjectCommand({ Bucket: this.settings.bucket, Key: key });
    const { Metadata } = await (await this.#getClient()).send(head, { abortSignal });
    if (Metadata?.['sha256'] !== sha256(payload))
      throw new PermanentPublishError('a different object has the same key');
  }

  #getClient(): Promise<S3Client> {
    if (this.#closed) throw new Error('closed');
    this.#client ??= createS3Client(this.settings);
    return this.#client;
  }
}

const sha256 = (payload: string): string => createHash('sha256').update(payload).digest('hex');

const statusOf = (error: unknown): number | undefined =>
  (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;

/** The status and code of an error. Its message may contain keys and hosts. */
function reasonOf(error: unknown): string {
  const { name, code } = error as { name?: string; code?: string };
  const status = statusOf(error);
  return [status && `answered ${status}`, code ?? name].filter(Boolean).join(': ');
}
