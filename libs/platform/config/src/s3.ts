import type { SettingsReader } from './settings-reader.js';

export interface S3Settings {
  readonly bucket: string;
  /** Endpoint of an S3-compatible server other than AWS. Buckets are then addressed by path. */
  readonly endpoint: string | undefined;
  readonly region: string;
  /** Unset: uses the AWS credentials of the machine, such as the role of an instance or a pod. */
  readonly credentials: S3Credentials | undefined;
}

export interface S3Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

export function readS3(read: SettingsReader): S3Settings | undefined {
  const bucket = read.matching('S3_BUCKET', '', BUCKET, 'the name of a bucket: 3 to 63 of a-z, 0-9, dots and -');
  const endpoint = read.url('S3_ENDPOINT', ['http', 'https']);
  const region = read.text('AWS_REGION');
  if (bucket !== '' && endpoint === undefined && region === undefined)
    read.addProblem('AWS_REGION', 'is needed by S3_BUCKET (unless S3_ENDPOINT is set)');
  const credentials = readS3Credentials(read);
  return bucket === '' ? undefined : { bucket, endpoint, region: region ?? 'us-east-1', credentials };
}

function readS3Credentials(read: SettingsReader): S3Credentials | undefined {
  const accessKeyId = read.text('AWS_ACCESS_KEY_ID');
  const secretAccessKey = read.text('AWS_SECRET_ACCESS_KEY');
  const sessionToken = read.text('AWS_SESSION_TOKEN');
  if (accessKeyId !== undefined && secretAccessKey !== undefined)
    return { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) };
  if (accessKeyId !== undefined) read.addProblem('AWS_SECRET_ACCESS_KEY', 'is needed by AWS_ACCESS_KEY_ID');
  if (secretAccessKey !== undefined) read.addProblem('AWS_ACCESS_KEY_ID', 'is needed by AWS_SECRET_ACCESS_KEY');
  return undefined;
}
