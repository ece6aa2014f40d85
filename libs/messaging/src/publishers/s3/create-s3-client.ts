import type { S3Client } from '@aws-sdk/client-s3';
import type { S3Settings } from '#platform/config';

const CONNECT_TIMEOUT_MS = 3_000;
const REQUEST_TIMEOUT_MS = 10_000;
/** Equal to the number of aggregates that a relay publishes concurrently. */
const MAX_CONNECTIONS = 100;

/** The relay retries, not the client. */
export async function createS3Client({ endpoint, region, credentials }: S3Settings): Promise<S3Client> {
  const { S3Client } = await import('@aws-sdk/client-s3');
  return new S3Client({
    region,
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: CONNECT_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      throwOnRequestTimeout: true,
      httpAgent: { maxSockets: MAX_CONNECTIONS, keepAlive: true },
      httpsAgent: { maxSockets: MAX_CONNECTIONS, keepAlive: true },
    },
    ...(credentials === undefined ? {} : { credentials }),
    // Some S3-compatible servers support neither Amazon's newer checksums nor buckets as host names.
    ...(endpoint === undefined
      ? {}
      : { endpoint, forcePathStyle: true, requestChecksumCalculation: 'WHEN_REQUIRED' as const }),
  });
}
