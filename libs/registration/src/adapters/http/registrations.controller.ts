import { Body, Controller, Get, Header, Headers, HttpCode, Post, Query, Req, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiBasicAuth, ApiBody, ApiHeader, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { deviceCookie, SignIns, toTokenResponse } from '#auth';
import type { CustomerView } from '#customers';
import { withMinimumDuration } from '#platform/async';
import {
  ApiProblems,
  AuthenticatedBy,
  ClientAddress,
  InvalidCredentials,
  NoBodyPipe,
  NoQueryPipe,
  Public,
} from '#platform/http';
import { Idempotency } from '#platform/idempotency';
import { Metrics } from '#platform/observability';
import { ClientNetworkLimits } from '#platform/rate-limits';
import { ActivateRegistration, type ActivationOutcome } from '../../application/commands/activate-registration.js';
import { Register } from '../../application/commands/register.js';
import { ResendCode } from '../../application/commands/resend-code.js';
import { RegistrationSettings } from '../../application/ports.js';
import { GetMyRegistration } from '../../application/queries/get-my-registration.js';
import type { Registrant } from '../../application/services/registrant-authenticator.js';
import { ActivationInProgress, AlreadyActive, CodeExpired, CodeWrong, ResendTooEarly } from '../../domain/errors.js';
import { basicChallenge, REGISTRATION_BASIC } from './registration-basic.strategy.js';
import {
  ActivateDto,
  type ActivatedCustomer,
  ActivateQuery,
  MyRegistrationDto,
  RegisterDto,
  RegistrationTicketDto,
} from './registrations.dto.js';

const ADA = { password: 'correct horse battery staple', firstName: 'Ada', lastName: 'Lovelace' };
const REGISTRATION_EXAMPLES = {
  byEmail: { value: { email: 'ada@example.org', ...ADA } },
  byPhone: { value: { phone: '+1 415 555 0132', ...ADA, market: 'US', locale: 'en' } },
};

/** Longer than a registration takes without load, so that new, pending and registered identifiers take the same time. */
const MIN_REGISTRATION_MS = 20;

interface RegistrantRequest {
  readonly user: Registrant;
  readonly headers: Readonly<Record<string, unknown>>;
}

/** The attempt expired after its credentials were verified. */
const invalidCredentials = ({ headers }: RegistrantRequest) => new InvalidCredentials(basicChallenge(headers));

@ApiTags('registration')
@Controller('v1/registrations')
export class RegistrationsController {
  readonly #funnel: ReturnType<Metrics['counter']>;

  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    private readonly limits: ClientNetworkLimits,
    private readonly idempotency: Idempotency,
    private readonly signIns: SignIns,
    private readonly settings: RegistrationSettings,
    metrics: Metrics,
  ) {
    this.#funnel = metrics.counter('registration_funnel_total', 'Calls of registration by what came of them', ['step']);
  }

  /** Register with an e-mail address or a phone number. A code is sent. The response and the id do not depend on whether the identifier is registered. */
  @Public()
  @Post()
  @Header('cache-control', 'no-store')
  @ApiBody({ type: RegisterDto, examples: REGISTRATION_EXAMPLES })
  @ApiHeader({ name: 'Idempotency-Key', required: false, description: 'The same key and body get the same answer' })
  @ApiProblems({
    409: 'The first request with this key is still running, or taken (only when disclosed)',
    422: 'Not acceptable',
    429: 'Too many from this source',
    503: 'A dependency is away',
  })
  async register(
    @Body() body: RegisterDto,
    @ClientAddress() address: string,
    @Headers('idempotency-key') key: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RegistrationTicketDto> {
    const scope = `registrations ${body.email ?? body.phone ?? ''}`;
    const once = { key, scope, body, lifeMs: this.settings.attemptTtlSeconds * 1000 };
    await this.limits.reserve('registrationsPerSource', address);
    const { value, replayed } = await this.idempotency.runOnce(once, () =>
      withMinimumDuration(MIN_REGISTRATION_MS, () =>
        this.commands.execute(new Register(body, this.limits.resolveClientNetwork(address))),
      ),
    );
    this.#funnel.inc({ step: replayed ? 'replayed' : 'registered' });
    if (replayed) reply.header('idempotency-replayed', 'true');
    return value;
  }

  /** Get the state of my registration. */
  @AuthenticatedBy(REGISTRATION_BASIC)
  @ApiBasicAuth()
  @Get('mine')
  @Header('cache-control', 'no-store')
  @ApiProblems({
    401: 'No live attempt has this identifier and password, or its receipt no longer answers',
    422: 'A query',
    429: 'Too many wrong passwords from this source',
    503: 'Overloaded, or a dependency is away',
  })
  async mine(
    @Req() request: RegistrantRequest,
    @Query(new NoQueryPipe()) _query: undefined,
  ): Promise<MyRegistrationDto> {
    const mine = await this.queries.execute(
      new GetMyRegistration(request.user.key.identifierHash, request.user.key.tag),
    );
    if (!mine) throw invalidCredentials(request);
    return mine;
  }

  /**
   * Activate the registration with its code, within one minute, and become a customer. After a lost response the request may be
   * repeated for a minute, as long as the customer has not changed since the activation.
   */
  @AuthenticatedBy(REGISTRATION_BASIC)
  @ApiBasicAuth()
  @Post('activate')
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  @ApiOkResponse({ schema: { $ref: '#/components/schemas/CustomerDto' } })
  @ApiProblems({
    400: 'Wrong code, with `attemptsRemaining`',
    401: 'No live attempt has this identifier and password, or its receipt no longer answers',
    409: 'Complete already, or being completed at this moment',
    410: 'No live code',
    422: 'Not 4 or 8 digits',
    429: 'Too many wrong codes or passwords from this source',
    503: 'Overloaded, or a dependency is away',
  })
  async activate(
    @Req() request: RegistrantRequest,
    @Body() { code }: ActivateDto,
    @Query() { tokens }: ActivateQuery,
    @ClientAddress() address: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ActivatedCustomer> {
    const source = this.limits.resolveClientNetwork(address).prefix;
    const command = new ActivateRegistration(request.user.key, request.user.preHash, code, source);
    const result = await this.#activateWithLimit(command, address);
    this.#funnel.inc({ step: result.outcome });
    switch (result.outcome) {
      case 'active':
        return tokens === 'true' ? this.#withTokens(result.customer, address, reply) : result.customer;
      case 'code_wrong':
        throw new CodeWrong(result.attemptsRemaining);
      case 'code_expired':
        throw new CodeExpired();
      case 'already_active':
        throw new AlreadyActive();
      case 'in_progress':
        throw new ActivationInProgress();
      case 'unknown':
        throw invalidCredentials(request);
    }
  }

  /** Counts a wrong code before comparing, so that a burst cannot exceed the limit. */
  async #activateWithLimit(command: ActivateRegistration, address: string): Promise<ActivationOutcome> {
    const counted = await this.limits.reserve('wrongCodesPerSource', address);
    const result = await this.commands.execute(command).catch(async (error: unknown) => {
      await counted.release().catch(() => undefined);
      throw error;
    });
    // The outcome is committed, so it is returned even if the count cannot be released.
    if (result.outcome !== 'code_wrong') await counted.release().catch(() => undefined);
    return result;
  }

  /** Opens a first session, so that the new customer need not sign in again. */
  async #withTokens(customer: CustomerView, address: string, reply: FastifyReply): Promise<ActivatedCustomer> {
    const tokens = await this.signIns.openFirstSession(customer.id, this.limits.resolveClientNetwork(address).prefix);
    if (!tokens) return customer;
    if (tokens.deviceToken !== undefined)
      reply.header('set-cookie', deviceCookie(tokens.deviceToken, this.settings.publicUrl));
    return { ...customer, tokens: toTokenResponse(tokens) };
  }

  /** Request a new code. The old code becomes invalid when the new one is sent. */
  @AuthenticatedBy(REGISTRATION_BASIC)
  @ApiBasicAuth()
  @Post('resend-code')
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  @ApiProblems({
    401: 'No live attempt has this identifier and password, or its receipt no longer answers',
    409: 'Complete already',
    429: 'Too early, or too many wrong passwords from this source',
    503: 'Overloaded, or a dependency is away',
  })
  async resend(
    @Req() request: RegistrantRequest,
    @ClientAddress() address: string,
    @Body(new NoBodyPipe()) _: undefined,
  ): Promise<RegistrationTicketDto> {
    const result = await this.commands.execute(
      new ResendCode(request.user.key, this.limits.resolveClientNetwork(address)),
    );
    this.#funnel.inc({ step: `resend_${result.outcome}` });
    switch (result.outcome) {
      case 'sending':
        return result.ticket;
      case 'too_early':
        throw new ResendTooEarly(result.retryAfterSeconds);
      case 'already_active':
        throw new AlreadyActive();
      case 'unknown':
        throw invalidCredentials(request);
    }
  }
}
