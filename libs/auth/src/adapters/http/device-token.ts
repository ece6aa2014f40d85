import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { ApiHeaderOptions } from '@nestjs/swagger';
import { DEVICE_COOKIE } from '../../facade.js';

const DEVICE_TOKEN_HEADER = 'x-device-token';

interface RequestWithHeaders {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** The device token of a request: the header, else the cookie. It is verified once the customer is known. */
export function readDeviceToken({ headers }: RequestWithHeaders): string | null {
  const headerValue = headers[DEVICE_TOKEN_HEADER];
  if (typeof headerValue === 'string' && headerValue !== '') return headerValue;
  const pairs = String(headers['cookie'] ?? '').split(';');
  const pair = pairs.map((cookie) => cookie.trim()).find((cookie) => cookie.startsWith(`${DEVICE_COOKIE}=`));
  return pair?.slice(DEVICE_COOKIE.length + 1) ?? null;
}

export const DeviceToken = createParamDecorator((_: unknown, context: ExecutionContext) =>
  readDeviceToken(context.switchToHttp().getRequest<RequestWithHeaders>()),
);

export const DEVICE_HEADER_DOCS: ApiHeaderOptions = {
  name: 'X-Device-Token',
  required: false,
  description: 'The `device_token` of an earlier sign-in; browsers of the same site send it as a cookie instead',
};
