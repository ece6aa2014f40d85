export { AuthenticatedBy, FreshAuthentication, OwnToken, Public, Roles, Scopes } from './access.decorators.js';
export { AccessGuard } from './access.guard.js';
export { ApiProblems, ProblemDocument } from './api-problems.decorator.js';
export { type AuthenticationRequest, AuthenticationStrategy } from './authentication-strategy.js';
export { parseBasicCredentials } from './basic-credentials.js';
export { BodyGuard } from './body.guard.js';
export { useStrictBodyParser } from './body-parser.js';
export { ClientAddress } from './client-address.decorator.js';
export { clientAddressOf, clientNetworkOf, parseForwardedAddress } from './client-network.js';
export { matchesIfNoneMatch } from './etag.js';
export { IfNotNull, IfPresent, IsLocale, IsMarket, IsTimestamp } from './field-validators.js';
export { FreshAuthenticationPolicy } from './fresh-authentication-policy.js';
export {
  bodyTooLarge,
  Forbidden,
  HTTP_PROBLEMS,
  headersTooLarge,
  InvalidCredentials,
  methodNotAllowed,
  notFound,
  OwnTokenRequired,
  requestRejected,
  requestTimeout,
  unreadableRequest,
  unsupportedMediaType,
  uriTooLong,
} from './http-errors.js';
export { NoBodyPipe } from './no-body.pipe.js';
export { NoQueryPipe } from './no-query.pipe.js';
export { completeOpenApiDocument } from './openapi-document.js';
export { headersOf, InternalError, PROBLEM_TYPE, statusOf, toProblem } from './problem.js';
export { ProblemCatalogue, ProblemsController } from './problems.controller.js';
export { RouteTable } from './route-table.js';
export { singleHeader } from './single-header.js';
export { streamJson } from './stream-json.js';
export { parseStrictJson } from './strict-json.js';
export { createValidationPipe } from './validation.pipe.js';
