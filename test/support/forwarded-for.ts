import type { RequestOptions } from './http-message.js';

/** Sources are told apart behind a proxy that is believed; no source is trusted. */
export const TRUSTED_PROXY_SETTINGS = { TRUST_PROXY: '127.0.0.0/8', TRUSTED_SOURCES: '' } as const;

/** A request that the proxy forwards for this address. */
export const forwardedFor = (address: string): RequestOptions => ({ headers: { 'x-forwarded-for': address } });

/** An IPv4 address for each number; of a range that documentation is free to use. */
export const sourceAddress = (n: number): string => `198.51.${100 + Math.floor(n / 250)}.${1 + (n % 250)}`;
