import { createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Clock } from '#kernel';
import type { KeyRing, RingKey } from '#platform/config';
import { type DeviceOwner, DeviceTokens } from '../../application/ports.js';
import { DEVICE_TOKEN_TTL_SECONDS } from '../../facade.js';

const DEVICE_ID_BYTES = 16;
const EXPIRY_BYTES = 4;
const TAG_BYTES = 16;
/** 36 bytes in base64url: the only valid encoding of a token. */
const TOKEN_PATTERN = /^[A-Za-z0-9_-]{48}$/;

/**
 * `device id | expiry in Unix seconds | tag` in base64url. The tag also covers the customer and the generation of their sessions.
 * The token therefore identifies no customer, is valid for one customer only, and expires when all of their sessions end.
 */
export class HmacDeviceTokens extends DeviceTokens {
  readonly #keys: readonly [Buffer, ...Buffer[]];

  constructor(
    [writer, ...others]: KeyRing,
    private readonly clock: Clock,
  ) {
    super();
    this.#keys = [deriveKey(writer), ...others.map(deriveKey)];
  }

  issue(owner: DeviceOwner, deviceId: string | null): string {
    const expires = Buffer.alloc(EXPIRY_BYTES);
    expires.writeUInt32BE(this.#now + DEVICE_TOKEN_TTL_SECONDS);
    const device = deviceId === null ? randomBytes(DEVICE_ID_BYTES) : Buffer.from(deviceId, 'hex');
    const body = Buffer.concat([device, expires]);
    return Buffer.concat([body, computeTag(this.#keys[0], body, owner)]).toString('base64url');
  }

  verify(token: string, owner: DeviceOwner): string | undefined {
    if (!TOKEN_PATTERN.test(token)) return undefined;
    const bytes = Buffer.from(token, 'base64url');
    const [body, tag] = [
      bytes.subarray(0, DEVICE_ID_BYTES + EXPIRY_BYTES),
      bytes.subarray(DEVICE_ID_BYTES + EXPIRY_BYTES),
    ];
    if (!this.#keys.some((key) => timingSafeEqual(computeTag(key, body, owner), tag))) return undefined;
    return body.readUInt32BE(DEVICE_ID_BYTES) > this.#now ? body.toString('hex', 0, DEVICE_ID_BYTES) : undefined;
  }

  get #now(): number {
    return Math.floor(this.clock.now().getTime() / 1000);
  }
}

const deriveKey = ({ secret }: RingKey): Buffer =>
  Buffer.from(hkdfSync('sha256', secret, '', 'foyer:device-token', 32));

function computeTag(key: Buffer, body: Buffer, { customerId, generation }: DeviceOwner): Buffer {
  const generationBytes = Buffer.alloc(4);
  generationBytes.writeUInt32BE(generation);
  return createHmac('sha256', key)
    .update(body)
    .update(generationBytes)
    .update(customerId)
    .digest()
    .subarray(0, TAG_BYTES);
}
