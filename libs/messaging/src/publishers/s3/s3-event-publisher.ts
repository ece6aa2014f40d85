import { createHash } from 'node:crypto';
import type { S3Client } from '@aws-sdk/client-s3';
import type { S3Settings } from '#platform/config';
import { type EventEnvelope, EventPublisher, RefusedForGood } from '../event-publisher.js';
import { Pause } from '../pause.js';
import { keyOf } from './key.js';
import { openS3 } from './open-s3.js';

const CALL_MS = 10_000;
const TOO_LARGE = 413;
const ALREADY_THERE = 412;

/**
 * An archive in a bucket, one object per event. An object is written only where there is none, so a repetition changes
 * nothing, whoever sends it; and only what was committed is published, so there is never one to take back.
 */
export class S3EventPublisher extends EventPublisher {
  readonly name = 's3';
  readonly #pause = new Pause();
  #client: Promise<S3Client> | undefined;
  #closed = false;

  constructor(private readonly settings: S3Settings) {
    super();
  }

  async publish(event: EventEnvelope): Promise<void> {
    this.#pause.refuse();
    const key = keyOf(event);
    try {
      await this.#put(key, event.payload);
      this.#pause.end();
    } catch (error) {
      if (error instanceof RefusedForGood) throw error;
      this.#pause.begin();
      throw new Error(reasonOf(error), { cause: error });
    }
  }

  /** A bucket tells nothing by itself: away is what has just failed. */
  async check(): Promise<void> {
    this.#pause.refuse();
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#client?.then((client) => client.destroy());
    this.#client = undefined;
  }

  async #put(key: string, payload: string): Promise<void> {
    const { PutObjectCommand } = await import('@aws-sdk/client-s3');
    const put = new PutObjectCommand({
      Bucket: this.settings.bucket,
      Key: key,
      Body: payload,
      ContentType: 'application/cloudevents+json',
      IfNoneMatch: '*',
      Metadata: { sha256: sha256(payload) },
    });
    const abortSignal = AbortSignal.timeout(CALL_MS);
    try {
      await (await this.#open()).send(put, { abortSignal });
    } catch (error) {
      const status = statusOf(error);
      if (status === TOO_LARGE) throw new RefusedForGood(reasonOf(error));
      if (status !== ALREADY_THERE) throw error;
      await this.#recognise(key, payload, abortSignal);
    }
  }

  /** @throws RefusedForGood when another object has the event's place */
  async #recognise(key: string, payload: string, abortSignal: AbortSignal): Promise<void> {
    const { HeadObjectCommand } = await import('@aws-sdk/client-s3');
    const head = new HeadObjectCommand({ Bucket: this.settings.bucket, Key: key });
    const { Metadata } = await (await this.#open()).send(head, { abortSignal });
    if (Metadata?.['sha256'] !== sha256(payload)) throw new RefusedForGood('another object has its place');
  }

  #open(): Promise<S3Client> {
    if (this.#closed) throw new Error('closed');
    this.#client ??= openS3(this.settings);
    return this.#client;
  }
}

const sha256 = (payload: string): string => createHash('sha256').update(payload).digest('hex');

const statusOf = (error: unknown): number | undefined =>
  (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;

/** The kind of fault, never its text: that may quote keys and hosts. */
function reasonOf(error: unknown): string {
  const { name, code } = error as { name?: string; code?: string };
  const status = statusOf(error);
  return [status && `answered ${status}`, code ?? name].filter(Boolean).join(': ');
}
