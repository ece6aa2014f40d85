import { Controller, Get, Header, Res } from '@nestjs/common';
import { ApiFoundResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Clock } from '#kernel';
import { Settings } from '#platform/config';
import { ApiProblems, notFound, Public } from '#platform/http';

const DAY_MS = 86_400_000;
/** RFC 9116, 2.5.5: less than a year, so that nobody relies on stale information. */
const EXPIRES_DAYS = 180;

const SECURITY_TXT = {
  schema: { type: 'string' },
  example: 'Contact: mailto:security@example.org\nExpires: 2026-09-01T00:00:00Z\n',
};

@ApiTags('operations')
@Public()
@Controller('.well-known')
export class WellKnownController {
  constructor(
    private readonly settings: Settings,
    private readonly clock: Clock,
  ) {}

  /** Where a person changes the password; password managers ask for it. */
  @Get('change-password')
  @ApiFoundResponse({ description: 'To `CHANGE_PASSWORD_URL`, or to the documentation' })
  changePassword(@Res({ passthrough: true }) reply: FastifyReply): void {
    reply.status(302).header('location', this.settings.changePasswordUrl);
  }

  /** RFC 9116: whom to tell of a vulnerability. */
  @Get('security.txt')
  @Header('cache-control', 'public, max-age=3600')
  @Header('content-type', 'text/plain; charset=utf-8')
  @ApiOkResponse({ description: 'Contacts, and how long they hold', content: { 'text/plain': SECURITY_TXT } })
  @ApiProblems({ 404: 'No `SECURITY_CONTACT` is set' })
  securityTxt(): string {
    const { securityContacts: contacts, publicUrl } = this.settings;
    if (contacts.length === 0) throw notFound();
    const today = Math.floor(this.clock.now().getTime() / DAY_MS);
    const expires = new Date((today + EXPIRES_DAYS) * DAY_MS).toISOString().replace('.000', '');
    const lines = contacts.map((contact) => `Contact: ${contact}`);
    return [...lines, `Expires: ${expires}`, `Canonical: ${publicUrl}/.well-known/security.txt`, ''].join('\n');
  }
}
