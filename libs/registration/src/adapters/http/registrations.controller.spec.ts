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
  /** What the next command ends with. */
  let outcome: () => Promise<unknown>;
  let counters: InMemoryCounters;
  let metrics: Metrics;
  let controller: RegistrationsController;
  /** Headers of the answer. */
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

  it('given an activation, then the customer', async () => {
    expect(await activate({ outcome: 'active', customer: CUSTOMER as never })).toBe(CUSTOMER);
  });

  it('given an activation that asks for tokens, then the customer with a first pair of them, and a known device', async () => {
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
  ])('given the outcome %j, then its problem', async (result, problem) => {
    await expect(activate(result)).rejects.toBeInstanceOf(problem);
  });

  it('given a wrong code, then how many tries are left', async () => {
    await expect(activate({ outcome: 'code_wrong', attemptsRemaining: 2 })).rejects.toMatchObject({
      details: { attemptsRemaining: 2 },
    });
  });

  it.each<[ResendOutcome, new (...values: never[]) => DomainError]>([
    [{ outcome: 'too_early', retryAfterSeconds: 7 }, ResendTooEarly],
    [{ outcome: 'already_active' }, AlreadyActive],
    [{ outcome: 'unknown' }, InvalidCredentials],
  ])('given the resend %j, then its problem', async (result, problem) => {
    await expect(resend(result)).rejects.toBeInstanceOf(problem);
  });

  it('given an attempt that died meanwhile, then 401 with the challenge of the request', async () => {
    await expect(controller.mine(REQUEST, undefined)).rejects.toMatchObject({
      challenge: 'Basic realm="foyer", charset="UTF-8"',
    });
    const script = { ...REQUEST, headers: { 'x-requested-with': 'fetch' } };
    await expect(controller.mine(script, undefined)).rejects.toMatchObject({
      challenge: 'xBasic realm="foyer", charset="UTF-8"',
    });
  });

  it('given wrong codes, then they count for their source, and the one after the last is refused unseen', async () => {
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
  ])('given $outcome, then the source has guessed nothing', async (result) => {
    await activate(result).catch(() => undefined);
    expect(await counted('wrongCodesPerSource')).toBe(0);
  });

  it('FM-R5 given an activation after which the count cannot be given back, then the customer all the same', async () => {
    counters.release = () => Promise.reject(new Unavailable());
    expect(await activate({ outcome: 'active', customer: CUSTOMER as never })).toBe(CUSTOMER);
  });

  it('given our own failure, then the source has guessed nothing', async () => {
    outcome = () => Promise.reject(new Unavailable());
    await expect(controller.activate(REQUEST, { code: '0420' }, {}, HOME, reply)).rejects.toBeInstanceOf(Unavailable);
    expect(await counted('wrongCodesPerSource')).toBe(0);
  });

  it('given what came of it, then the funnel counts it', async () => {
    await activate({ outcome: 'active', customer: CUSTOMER as never });
    await resend({ outcome: 'unknown' }).catch(() => undefined);
    const figures = await metrics.registry.getSingleMetric('registration_funnel_total')?.get();
    expect(figures?.values.map(({ labels }) => labels['step'])).toEqual(['active', 'resend_unknown']);
  });
});
