import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { ApiHeaderOptions } from '@nestjs/swagger';
import { DEVICE_COOKIE } from '../../facade.js';

const DEVICE_TOKEN_HEADER = 'x-device-token';

interface RequestWithHeaders {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** What a device brings along, from the header or else from the cookie. It is looked at where the customer is known. */
export function readDeviceToken({ headers }: RequestWithHeaders): string | null {
  const headerValue = headers[DEVICE_TOKEN_HEADER];
  if (typeof headerValue === 'string' && headerValue !== '') return headerValue;
  const pairs = String(headers['cookie'] ?? '').split(';');
  const pair = pairs.map((each) => each.trim()).find((each) => each.startsWith(`${DEVICE_COOKIE}=`));
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
