import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { ApiHeaderOptions } from '@nestjs/swagger';
import { DEVICE_COOKIE } from '../../facade.js';

const HEADER = 'x-device-token';

interface Carrier {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** What a device brings along, from the header or else from the cookie. It is looked at where the customer is known. */
export function deviceTokenOf({ headers }: Carrier): string | null {
  const brought = headers[HEADER];
  if (typeof brought === 'string' && brought !== '') return brought;
  const pairs = String(headers['cookie'] ?? '').split(';');
  const pair = pairs.map((each) => each.trim()).find((each) => each.startsWith(`${DEVICE_COOKIE}=`));
  return pair?.slice(DEVICE_COOKIE.length + 1) ?? null;
}

export const DeviceToken = createParamDecorator((_: unknown, context: ExecutionContext) =>
  deviceTokenOf(context.switchToHttp().getRequest<Carrier>()),
);

export const DEVICE_HEADER: ApiHeaderOptions = {
  name: 'X-Device-Token',
  required: false,
  description: 'The `device_token` of an earlier sign-in; browsers of the same site send it as a cookie instead',
};
