import { FixedClock, InMemoryCounters } from '#kernel/testing';
import 'reflect-metadata';
import type { CommandBus, QueryBus } from '@nestjs/cqrs';
import type { FastifyReply } from 'fastify';
import { beforeEach, describe, expect, it } from 'vitest';
import type { SignIns } from '#auth';
import { type DomainError, Unavailable } from '#kernel';
import { parseSettings } from '#platform/config';
import { InvalidCredentials } from '#platform/http';
import { type Idempotency } from '#platform/idempotency';
import { Metrics } from '#platform/observability';
import { ClientNetworkLimits } from '#platform/rate-limits';
import type { ActivationOutcome } from '../../application/commands/activate-registration.js';
import type { ResendOutcome } from '../../application/commands/resend-code.js';
import { ActivationInProgress, AlreadyActive, CodeExpired, CodeWrong, ResendTooEarly } from '../../domain/errors.js';
import { SETTINGS } from '../../testing/registration-settings.js';
import { RegistrationsController } from './registrations.controller.js';

const HOME = '192.0.2.7';
const REQUEST = {
  user: { key: { identifierHash: 'mia', tag: 'tag' }, preHash: { kid: '0', value: 'x' } },
  headers: {},
};
const CUSTOMER = { id: 'mia' };
const TOKENS = { accessToken: 'a', expiresInSeconds: 900, refreshToken: 'r', scope: 'customer', deviceToken: 'd' };

describe('RegistrationsController', () => {
  /** Result of the next command. */
  let outcome: () => Promise<unknown>;
  let counters: InMemoryCounters;
  let metrics: Metrics;
  let controller: RegistrationsController;
  /** Response headers. */
  let headers: Record<string, unknown>;
  const reply = {
    header: (name: string, value: unknown) => Object.assign(headers, { [name]: value }),
  } as unknown as FastifyReply;

  const counted = (limit: string) => counters.count(`{src:${HOME}}:${limit}`, 24 * 3_600_000);
  const activate = (result: ActivationOutcome) => {
    outcome = async () => result;
    return controller.activate(REQUEST, { code: '0420' }, {}, HOME, reply);
  };
  const resend = (result: ResendOutcome) => {
    outcome = async () => result;
    return controller.resend(REQUEST, HOME, undefined);
  };

  beforeEach(() => {
    counters = new InMemoryCounters(new FixedClock());
    metrics = new Metrics();
    headers = {};
    const bus = { execute: () => outcome() };
    const once = { runOnce: async (_: unknown, work: () => unknown) => ({ value: await work(), replayed: false }) };
    controller = new RegistrationsController(
      bus as unknown as CommandBus,
      { execute: async () => null } as unknown as QueryBus,
      new ClientNetworkLimits(counters, parseSettings({ LIMIT_WRONG_CODES_PER_SOURCE: '3' }), new FixedClock()),
      once as unknown as Idempotency,
      { openFirstSession: async () => TOKENS } as unknown as SignIns,
      SETTINGS,
      metrics,
    );
  });

  it('returns the customer after an activation', async () => {
    expect(await activate({ outcome: 'active', customer: CUSTOMER as never })).toBe(CUSTOMER);
  });

  it('returns the customer with tokens and a device cookie when tokens are requested', async () => {
    outcome = async () => ({ outcome: 'active', customer: CUSTOMER });
    expect(await controller.activate(REQUEST, { code: '0420' }, { tokens: 'true' }, HOME, reply)).toEqual({
      id: 'mia',
      tokens: {
        ...{ access_token: 'a', token_type: 'Bearer', expires_in: 900, refresh_token: 'r', scope: 'customer' },
        device_token: 'd',
      },
    });
    expect(headers).toEqual({ 'set-cookie': expect.stringMatching(/^foyer_device=d; Path=\/v1\/auth; .*; Secure$/) });
  });

  it.each<[ActivationOutcome, new (...values: never[]) => DomainError]>([
    [{ outcome: 'code_wrong', attemptsRemaining: 1 }, CodeWrong],
    [{ outcome: 'code_expired' }, CodeExpired],
    [{ outcome: 'already_active' }, AlreadyActive],
    [{ outcome: 'in_progress' }, ActivationInProgress],
    [{ outcome: 'unknown' }, InvalidCredentials],
  ])('maps the outcome %j to its problem', async (result, problem) => {
    await expect(activate(result)).rejects.toBeInstanceOf(problem);
  });

  it('returns the remaining tries after a wrong code', async () => {
    await expect(activate({ outcome: 'code_wrong', attemptsRemaining: 2 })).rejects.toMatchObject({
      details: { attemptsRemaining: 2 },
    });
  });

  it.each<[ResendOutcome, new (...values: never[]) => DomainError]>([
    [{ outcome: 'too_early', retryAfterSeconds: 7 }, ResendTooEarly],
    [{ outcome: 'already_active' }, AlreadyActive],
    [{ outcome: 'unknown' }, InvalidCredentials],
  ])('maps the resend outcome %j to its problem', async (result, problem) => {
    await expect(resend(result)).rejects.toBeInstanceOf(problem);
  });

  it('returns 401 with the challenge of the request when the attempt expired meanwhile', async () => {
    await expect(controller.mine(REQUEST, undefined)).rejects.toMatchObject({
      challenge: 'Basic realm="foyer", charset="UTF-8"',
    });
    const script = { ...REQUEST, headers: { 'x-requested-with': 'fetch' } };
    await expect(controller.mine(script, undefined)).rejects.toMatchObject({
      challenge: 'xBasic realm="foyer", charset="UTF-8"',
    });
  });

  it('counts wrong codes per source and rejects further codes without comparing', async () => {
    for (let n = 0; n < 3; n++) await activate({ outcome: 'code_wrong', attemptsRemaining: 1 }).catch(() => undefined);
    let asked = false;
    const refused = activate({ outcome: 'active', customer: CUSTOMER as never });
    outcome = async () => {
      asked = true;
    };
    await expect(refused).rejects.toMatchObject({ code: 'request.too_many', kind: 'too_many' });
    expect(asked).toBe(false);
  });

  it.each<ActivationOutcome>([
    { outcome: 'active', customer: CUSTOMER as never },
    { outcome: 'code_expired' },
    { outcome: 'already_active' },
    { outcome: 'in_progress' },
    { outcome: 'unknown' },
  ])('counts no guess of the source for $outcome', async (result) => {
    await activate(result).catch(() => undefined);
    expect(await counted('wrongCodesPerSource')).toBe(0);
  });

  it('returns the customer when the count cannot be released [FM-R5]', async () => {
    counters.release = () => Promise.reject(new Unavailable());
    expect(await activate({ outcome: 'active', customer: CUSTOMER as never })).toBe(CUSTOMER);
  });

  it('counts no guess of the source after a server failure', async () => {
    outcome = () => Promise.reject(new Unavailable());
    await expect(controller.activate(REQUEST, { code: '0420' }, {}, HOME, reply)).rejects.toBeInstanceOf(Unavailable);
    expect(await counted('wrongCodesPerSource')).toBe(0);
  });

  it('counts outcomes in the funnel metric', async () => {
    await activate({ outcome: 'active', customer: CUSTOMER as never });
    await resend({ outcome: 'unknown' }).catch(() => undefined);
    const figures = await metrics.registry.getSingleMetric('registration_funnel_total')?.get();
    expect(figures?.values.map(({ labels }) => labels['step'])).toEqual(['active', 'resend_unknown']);
  });
});
