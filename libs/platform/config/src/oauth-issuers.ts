import type { SettingsReader } from './settings-reader.js';

/** An external identity server whose access tokens are accepted. */
export interface OAuthIssuer {
  /** The exact `iss` of its tokens. */
  readonly issuer: string;
  /** The value in `aud` that identifies this service. */
  readonly audience: string;
  /** Undefined: read from the issuer's metadata. */
  readonly jwksUri: string | undefined;
  /** Signature algorithms to accept. Any other is rejected, whatever the issuer's keys allow. */
  readonly algorithms: readonly string[];
  /** Name of the claim that holds roles, or an RFC 6901 pointer to it. */
  readonly rolesClaim: string;
  /** Maps the issuer's roles to ours. An unmapped role has no effect. */
  readonly roles: ReadonlyMap<string, string>;
}

const SETTING_NAME = 'OAUTH_ISSUERS';
const FIELDS = ['issuer', 'audience', 'jwks_uri', 'algorithms', 'roles_claim', 'roles'];
const DEFAULT_ALGORITHMS = ['EdDSA', 'ES256', 'RS256', 'PS256'];
/** Excludes `none` and all shared-secret algorithms. */
const ALLOWED_ALGORITHM = /^(EdDSA|Ed25519|[ERP]S(256|384|512))$/;
const ROLES = ['customer', 'staff', 'admin'];
const MAX_TEXT_LENGTH = 255;

/** `OAUTH_ISSUERS`: a JSON array with one object for each issuer. Validated before anything starts. */
export function readOAuthIssuers(read: SettingsReader, publicUrl: string): readonly OAuthIssuer[] {
  const typed = read.text(SETTING_NAME);
  const entries = typed === undefined ? [] : parseJson(typed);
  if (!Array.isArray(entries)) {
    read.addProblem(SETTING_NAME, 'must be a JSON array of objects with issuer and audience');
    return [];
  }
  entries.forEach((entry, at) => {
    for (const fault of validateEntry(entry, publicUrl)) read.addProblem(SETTING_NAME, `entry ${at + 1}: ${fault}`);
  });
  const issuers = entries.map((entry) => entry?.issuer);
  if (new Set(issuers).size < issuers.length) read.addProblem(SETTING_NAME, 'names an issuer twice');
  return entries.filter((entry) => validateEntry(entry, publicUrl).length === 0).map(toIssuer);
}

function parseJson(typed: string): unknown {
  try {
    return JSON.parse(typed);
  } catch {
    return undefined;
  }
}

interface OAuthIssuerEntry {
  readonly issuer: string;
  readonly audience: string;
  readonly jwks_uri?: string;
  readonly algorithms?: readonly string[];
  readonly roles_claim?: string;
  readonly roles?: Readonly<Record<string, string>>;
}

const toIssuer = ({ issuer, audience, jwks_uri, algorithms, roles_claim, roles }: OAuthIssuerEntry): OAuthIssuer => ({
  issuer,
  audience,
  jwksUri: jwks_uri,
  algorithms: algorithms ?? DEFAULT_ALGORITHMS,
  rolesClaim: roles_claim ?? 'roles',
  roles: new Map(Object.entries(roles ?? {})),
});

function validateEntry(entry: unknown, publicUrl: string): readonly string[] {
  if (!isObject(entry)) return ['must be an object'];
  const { issuer, audience, jwks_uri, algorithms = DEFAULT_ALGORITHMS, roles_claim = 'roles', roles = {} } = entry;
  const unknown = Object.keys(entry).filter((field) => !FIELDS.includes(field));
  const faults: readonly (readonly [boolean, string])[] = [
    [unknown.length > 0, `has unknown fields; allowed are ${FIELDS.join(', ')}`],
    [!isIssuer(issuer), `issuer must be an https URL (http on this machine only) without query, fragment or user`],
    [issuer === publicUrl, 'issuer is PUBLIC_URL: our own tokens need no entry'],
    [!isText(audience), 'audience is missing'],
    [
      jwks_uri !== undefined && !isTrustworthyUrl(jwks_uri),
      'jwks_uri must be an https URL (http on this machine only)',
    ],
    [
      !isListOf(algorithms, ALLOWED_ALGORITHM),
      'algorithms must list some of EdDSA, Ed25519, ES…, RS…, PS… (256, 384, 512)',
    ],
    [!isText(roles_claim), 'roles_claim must be the name of a claim, or a pointer to it that starts with /'],
    [!isRoleMap(roles), `roles must map their roles to ours: ${ROLES.join(', ')}`],
  ];
  return faults.flatMap(([is, fault]) => (is ? [fault] : []));
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isText = (value: unknown): value is string =>
  typeof value === 'string' && value.length > 0 && value.length <= MAX_TEXT_LENGTH && value.isWellFormed();

const isListOf = (value: unknown, shape: RegExp): boolean =>
  Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'string' && shape.test(item));

const isRoleMap = (value: unknown): boolean =>
  isObject(value) && Object.values(value).every((ours) => ROLES.includes(String(ours)) && typeof ours === 'string');

/** RFC 8414, 2. */
function isIssuer(value: unknown): boolean {
  if (!isText(value) || !isTrustworthyUrl(value)) return false;
  const { search, hash, username, password } = new URL(value);
  return search === '' && hash === '' && username === '' && password === '' && !/[?#]/.test(value);
}

const LOOPBACK = /^(localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])$/;

/** Rejects plain HTTP, where keys could be forged, except on loopback. */
export function isTrustworthyUrl(value: unknown): value is string {
  if (typeof value !== 'string' || !URL.canParse(value)) return false;
  const { protocol, hostname } = new URL(value);
  return protocol === 'https:' || (protocol === 'http:' && LOOPBACK.test(hostname));
}
