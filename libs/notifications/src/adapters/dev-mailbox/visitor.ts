import type { IncomingHttpHeaders } from 'node:http';
import { DomainError } from '#kernel';
import type { Settings } from '#platform';

/** The dev mailbox shows codes: only pages of this server, by a name of this machine, may read it. */
export class HostNotAllowed extends DomainError {
  readonly code = 'dev.host_not_allowed';
  readonly kind = 'forbidden';

  constructor() {
    super(
      'The dev mailbox answers on this machine only: call it at http://localhost or at the PUBLIC_URL, not from another site.',
    );
  }
}

const OWN_NAMES = ['localhost', '127.0.0.1', '[::1]'];
const HOST = /^(\[[0-9a-f:.]+\]|[^\s:/?#@[\]]+)(?::\d{1,5})?$/;

/**
 * A site whose name is made to point at this machine (DNS rebinding) shows in `Host`; a site that merely calls shows in
 * the fetch metadata (W3C). A link that somebody clicks is no call: what it opens cannot be read by the site it stood on.
 * @throws HostNotAllowed
 */
export function refuseStrangers(headers: IncomingHttpHeaders, settings: Settings): void {
  if (headers['sec-fetch-site'] === 'cross-site' && !isClickedLink(headers)) throw new HostNotAllowed();
  if (!settings.devMailboxIsPublic && !isOwnName(headers.host, settings.publicUrl)) throw new HostNotAllowed();
}

const isClickedLink = (headers: IncomingHttpHeaders): boolean =>
  headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document';

function isOwnName(host: string | undefined, publicUrl: string): boolean {
  const name = HOST.exec(host?.toLowerCase() ?? '')?.[1];
  return name !== undefined && [...OWN_NAMES, new URL(publicUrl).hostname].includes(name);
}
